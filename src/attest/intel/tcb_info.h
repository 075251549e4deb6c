// TCB info, as Intel calls it (tidy: banned-names: their word): the levels that it publishes for
// one kind of platform, with what each is worth (provisioning certification service API, version 4:
// TCB info version 3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "attest/collateral.h"
#include "attest/intel/fault.h"
#include "attest/intel/tcb.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::intel {

// Of a TDX module or a quoting enclave.
struct SvnLevel {
  std::uint16_t isv_svn = 0;
  LevelVerdict verdict;
};

struct TdxModule {
  base::Bits384 mr_signer{};
  std::array<std::uint8_t, 8> attributes{};
  std::array<std::uint8_t, 8> attributes_mask{};
};

struct TdxModuleIdentity {
  std::uint8_t version = 0;  // of "TDX_01": 1
  TdxModule module;
  std::vector<SvnLevel> levels;  // in the order given; the first that fits counts
};

struct PlatformLevel {
  Svns sgx{};
  std::uint16_t pce_svn = 0;
  Svns tdx{};  // zeros for SGX
  LevelVerdict verdict;
};

// tidy: banned-names: Intel's word
struct TcbInfo {
  IntelTee tee = IntelTee::Sgx;
  base::WallTime issued;
  base::WallTime next_update;
  Fmspc fmspc{};
  std::array<std::uint8_t, 2> pce_id{};
  std::uint64_t evaluation_number = 0;  // grows with each recovery from a vulnerability
  std::optional<TdxModule> tdx_module;  // of TDX only
  std::vector<TdxModuleIdentity> module_identities;
  std::vector<PlatformLevel> levels;  // in the order given; the first that fits counts
};

// CollateralMalformed for everything that is not understood, statuses included. Members that are
// not listed above are passed over.
base::Result<TcbInfo> parse_tcb_info(base::BytesView json);

// Identity of a quoting enclave (the same API: enclave identity version 2).
struct QeIdentity {
  IntelTee tee = IntelTee::Sgx;  // "QE" signs for enclaves, "TD_QE" for trust domains
  base::WallTime issued;
  base::WallTime next_update;
  std::uint64_t evaluation_number = 0;
  std::array<std::uint8_t, 4> misc_select{};  // as the report has it, little-endian
  std::array<std::uint8_t, 4> misc_select_mask{};
  base::Bits128 attributes{};
  base::Bits128 attributes_mask{};
  base::Bits256 mr_signer{};
  std::uint16_t isv_prod_id = 0;
  std::vector<SvnLevel> levels;
};

base::Result<QeIdentity> parse_qe_identity(base::BytesView json);

}  // namespace cocoon::attest::intel
