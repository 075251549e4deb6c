# Build options and the compile flags that every target shares.
option(COCOON_TESTS "Build the unit tests (GoogleTest)" ON)
option(COCOON_FUZZ "Build the fuzz targets (clang, libFuzzer)" OFF)
option(COCOON_REPRODUCIBLE "The same bytes from every checkout, for measured programs" OFF)
set(COCOON_SANITIZE "" CACHE STRING "Sanitizers for every target, as clang names them: address,undefined or thread")

add_library(cocoon_flags INTERFACE)
target_compile_options(cocoon_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough
  -Wswitch-enum -Werror
  # TRY() in base/result.h is a statement expression, which clang and gcc both offer.
  -Wno-gnu-statement-expression -Wno-gnu-statement-expression-from-macro-expansion
  -fno-omit-frame-pointer -fvisibility=hidden)
target_compile_definitions(cocoon_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
# A program holds what it calls, and nothing else that was compiled beside it: tools/symbols looks.
target_compile_options(cocoon_flags INTERFACE $<$<CONFIG:Release>:-ffunction-sections> $<$<CONFIG:Release>:-fdata-sections>)
target_link_options(cocoon_flags INTERFACE $<$<CONFIG:Release>:LINKER:--gc-sections>)
target_include_directories(cocoon_flags INTERFACE "${CMAKE_SOURCE_DIR}/src")

# Only where bytes must not depend on the checkout's place: the compiler cache can't share objects made with it.
if(COCOON_REPRODUCIBLE)
  target_compile_options(cocoon_flags INTERFACE -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${CMAKE_BINARY_DIR}/=)
endif()

if(COCOON_SANITIZE)
  target_compile_options(cocoon_flags INTERFACE -fsanitize=${COCOON_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(cocoon_flags INTERFACE -fsanitize=${COCOON_SANITIZE})
endif()
if(COCOON_FUZZ)
  add_custom_target(fuzz_targets)
endif()
