# cocoon_module(NAME [BUSY] [FUZZED] [MAY_USE mod...] [SYSTEM lib...] [SOURCES file...] [TESTS file...] [FUZZ file...])
#
# Declares the module in this directory: a static library cocoon_NAME, one test program NAME_test from TESTS, and one
# fuzz program per FUZZ file. MAY_USE is the module's row in the table of docs/architecture.md: tools/layers reads it
# from this call and refuses any include outside it. SYSTEM names external libraries to link. BUSY marks code that tests
# and simulations run millions of times: optimised in debug builds too, where everything else is compiled without
# optimization, because compiling takes most of the time of a check and optimising sanitized code doubles it. FUZZED
# marks a module that other modules' fuzz targets run through, though it has none of its own.
function(cocoon_module name)
  cmake_parse_arguments(M "BUSY;FUZZED" "" "MAY_USE;SYSTEM;SOURCES;TESTS;TEST_USES;FUZZ" ${ARGN})
  set(target cocoon_${name})
  if(M_SOURCES)
    add_library(${target} STATIC ${M_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  # Modules with parsers count the edges they run, so that fuzz targets are built from the same objects as the tests. No
  # others: counting takes a quarter of the time of compiling, and slows every test.
  if(COCOON_FUZZ AND (M_FUZZ OR M_FUZZED))
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(M_BUSY)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O1>)
  endif()
  list(TRANSFORM M_MAY_USE PREPEND cocoon_ OUTPUT_VARIABLE uses)
  target_link_libraries(${target} ${scope} cocoon_flags ${uses} ${M_SYSTEM})

  if(COCOON_TESTS AND M_TESTS)
    add_executable(${name}_test ${M_TESTS})
    list(TRANSFORM M_TEST_USES PREPEND cocoon_ OUTPUT_VARIABLE test_uses)
    target_link_libraries(${name}_test PRIVATE ${target} ${test_uses} GTest::gtest_main GTest::gmock)
    target_compile_definitions(${name}_test PRIVATE COCOON_VECTORS="tests/vectors")
    # From the root of the checkout, where test data has a short name.
    add_test(NAME ${name} COMMAND ${name}_test WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  endif()

  if(COCOON_FUZZ)
    foreach(file ${M_FUZZ})
      get_filename_component(stem ${file} NAME_WE)
      add_executable(${name}_${stem} EXCLUDE_FROM_ALL ${file})
      target_link_libraries(${name}_${stem} PRIVATE ${target})
      target_link_options(${name}_${stem} PRIVATE -fsanitize=fuzzer)
      add_dependencies(fuzz_targets ${name}_${stem})
    endforeach()
  endif()
endfunction()
