// Why a log or an image can't be measured.
#pragma once

#include <string_view>

namespace cocoon::attest::measure {

enum class LogError {
  Truncated,
  Oversized,
  TooManyEvents,
  HeaderMissing,
  AlgorithmUnknown,
  Sha384Missing,
  DigestCount,
  JsonMalformed,
  FieldMalformed,
  RegisterOutOfRange,
  EventRepeated,
};
std::string_view reason_name(LogError error);

enum class ImageError {
  Truncated,
  Oversized,
  TableMissing,
  TableMalformed,
  MetadataMissing,
  MetadataMalformed,
  SectionOutOfRange,
  SectionUnknown,
  MemoryOutOfRange,
  NotPeImage,
  NotLinuxKernel,
  InitrdTooLarge,
  KernelHashesUnsupported,
  VcpusOutOfRange,
};
std::string_view reason_name(ImageError error);

enum class VerityError {
  Truncated,
  NotVerity,
  UnsupportedVersion,
  UnsupportedHash,
  BadBlockSize,
  BadSalt,
  SizeMismatch,
  RootMismatch,
  TreeMismatch,
};
std::string_view reason_name(VerityError error);

}  // namespace cocoon::attest::measure
