// Names of the reasons.
#include "attest/measure/error.h"

#include "base/check.h"

namespace cocoon::attest::measure {

std::string_view reason_name(LogError error) {
  switch (error) {
    case LogError::Truncated:
      return "event_log_truncated";
    case LogError::Oversized:
      return "event_log_oversized";
    case LogError::TooManyEvents:
      return "event_log_too_many_events";
    case LogError::HeaderMissing:
      return "event_log_header_missing";
    case LogError::AlgorithmUnknown:
      return "event_log_algorithm_unknown";
    case LogError::Sha384Missing:
      return "event_log_sha384_missing";
    case LogError::DigestCount:
      return "event_log_digest_count";
    case LogError::JsonMalformed:
      return "event_log_json_malformed";
    case LogError::FieldMalformed:
      return "event_log_field_malformed";
    case LogError::RegisterOutOfRange:
      return "event_log_register_out_of_range";
    case LogError::EventRepeated:
      return "event_log_event_repeated";
  }
  CHECK(false);
}

std::string_view reason_name(ImageError error) {
  switch (error) {
    case ImageError::Truncated:
      return "image_truncated";
    case ImageError::Oversized:
      return "image_oversized";
    case ImageError::TableMissing:
      return "image_table_missing";
    case ImageError::TableMalformed:
      return "image_table_malformed";
    case ImageError::MetadataMissing:
      return "image_metadata_missing";
    case ImageError::MetadataMalformed:
      return "image_metadata_malformed";
    case ImageError::SectionOutOfRange:
      return "image_section_out_of_range";
    case ImageError::SectionUnknown:
      return "image_section_unknown";
    case ImageError::MemoryOutOfRange:
      return "image_memory_out_of_range";
    case ImageError::NotPeImage:
      return "image_not_pe_image";
    case ImageError::NotLinuxKernel:
      return "image_not_linux_kernel";
    case ImageError::InitrdTooLarge:
      return "image_initrd_too_large";
    case ImageError::KernelHashesUnsupported:
      return "image_kernel_hashes_unsupported";
    case ImageError::VcpusOutOfRange:
      return "image_vcpus_out_of_range";
  }
  CHECK(false);
}

std::string_view reason_name(VerityError error) {
  switch (error) {
    case VerityError::Truncated:
      return "verity_truncated";
    case VerityError::NotVerity:
      return "verity_not_verity";
    case VerityError::UnsupportedVersion:
      return "verity_unsupported_version";
    case VerityError::UnsupportedHash:
      return "verity_unsupported_hash";
    case VerityError::BadBlockSize:
      return "verity_bad_block_size";
    case VerityError::BadSalt:
      return "verity_bad_salt";
    case VerityError::SizeMismatch:
      return "verity_size_mismatch";
    case VerityError::RootMismatch:
      return "verity_root_mismatch";
    case VerityError::TreeMismatch:
      return "verity_tree_mismatch";
  }
  CHECK(false);
}

}  // namespace cocoon::attest::measure
