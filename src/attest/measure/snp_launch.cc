// One PAGE_INFO after another, in the order in which the monitor hands pages to the processor.
#include "attest/measure/snp_launch.h"

#include <algorithm>
#include <utility>

#include "attest/measure/firmware.h"
#include "attest/measure/limits.h"
#include "attest/measure/little_endian.h"
#include "attest/measure/machine.h"
#include "crypto/hash.h"

namespace cocoon::attest::measure {
namespace {

constexpr std::uint64_t kFourGibibytes = 0x1'0000'0000;
constexpr std::uint64_t kVmsaAddress = 0xffff'ffff'f000;
constexpr std::uint32_t kBootProcessorStart = 0xffff'fff0;

enum class PageType : std::uint8_t { Normal = 1, Vmsa = 2, Zero = 3, Secrets = 5, Cpuid = 6 };

class LaunchContext {
 public:
  void add(PageType type, std::uint64_t address, base::BytesView page) {
    add_digest(type, address, crypto::sha384(page));
  }
  void add_without_contents(PageType type, std::uint64_t address) {
    add_digest(type, address, base::Bits384{});
  }
  void add_normal(std::uint64_t address, base::BytesView pages) {
    for (std::size_t at = 0; at < pages.size(); at += kPageSize) {
      add(PageType::Normal, address + at, pages.subspan(at, kPageSize));
    }
  }
  void add_zeros(std::uint64_t address, std::uint64_t size) {
    for (std::uint64_t at = 0; at < size; at += kPageSize) {
      add_without_contents(PageType::Zero, address + at);
    }
  }
  const base::Bits384& digest() const { return digest_; }

 private:
  void add_digest(PageType type, std::uint64_t address, const base::Bits384& contents) {
    base::Bytes page_info;
    append(page_info, digest_);
    append(page_info, contents);
    append_integer<std::uint16_t>(page_info, 0x70);  // its own size
    page_info.push_back(static_cast<std::uint8_t>(type));
    page_info.resize(104);  // not a migration image, no rights for VMPL 1 to 3
    append_integer(page_info, address);
    digest_ = crypto::sha384(page_info);
  }

  base::Bits384 digest_{};
};

void append_hash_entry(base::Bytes& table, std::string_view guid, const base::Bits256& hash) {
  append(table, guid_bytes(guid));
  append_integer<std::uint16_t>(table, 50);
  append(table, hash);
}

// QEMU's table of hashes, where the firmware looks for it in its page.
base::Bytes kernel_hashes_page(const DirectBoot& boot, std::size_t offset) {
  base::Bytes table;
  append(table, guid_bytes("9438d606-4f22-4cc9-b479-a793d411fd21"));
  append_integer<std::uint16_t>(table, 168);
  const std::uint8_t end_of_text[] = {0};
  append_hash_entry(table, "97d02dd8-bd20-4c94-aa78-e7714d36ab2a",
                    crypto::sha256({base::as_bytes(boot.command_line), end_of_text}));
  append_hash_entry(table, "44baf731-3a2f-4bd7-9af1-41e29169781d", crypto::sha256(boot.initrd));
  append_hash_entry(table, "4de79437-abd2-427f-b835-d5b172d2045b", crypto::sha256(boot.kernel));
  base::Bytes page(kPageSize);
  const std::size_t room = std::min(table.size(), kPageSize - offset);
  std::copy_n(table.begin(), room, page.begin() + static_cast<std::ptrdiff_t>(offset));
  return page;
}

void put_segment(base::Bytes& vmsa, std::size_t offset, std::uint16_t selector,
                 std::uint16_t attributes, std::uint32_t limit, std::uint64_t base) {
  put_integer(vmsa, offset, selector);
  put_integer(vmsa, offset + 2, attributes);
  put_integer(vmsa, offset + 4, limit);
  put_integer(vmsa, offset + 8, base);
}

// The save area of a processor that has just been reset and starts at `start`.
base::Bytes save_area(const SnpGuest& guest, std::uint32_t start) {
  const bool ec2 = guest.monitor == Monitor::Ec2;
  const std::uint16_t code = ec2 && start == kBootProcessorStart ? 0x9a : 0x9b;
  const std::uint16_t stack = ec2 ? 0x92 : 0x93;
  const std::uint16_t task = ec2 ? 0x83 : 0x8b;
  base::Bytes vmsa(kPageSize);
  put_segment(vmsa, 0x00, 0, 0x93, 0xffff, 0);                         // ES
  put_segment(vmsa, 0x10, 0xf000, code, 0xffff, start & 0xffff'0000);  // CS
  put_segment(vmsa, 0x20, 0, stack, 0xffff, 0);                        // SS
  for (const std::size_t at : {0x30u, 0x40u, 0x50u}) put_segment(vmsa, at, 0, 0x93, 0xffff, 0);
  put_segment(vmsa, 0x60, 0, 0, 0xffff, 0);     // GDTR
  put_segment(vmsa, 0x70, 0, 0x82, 0xffff, 0);  // LDTR
  put_segment(vmsa, 0x80, 0, 0, 0xffff, 0);     // IDTR
  put_segment(vmsa, 0x90, 0, task, 0xffff, 0);  // TR
  const std::pair<std::size_t, std::uint64_t> registers[] = {
      {0xd0, 0x1000},                           // EFER: SVME
      {0x148, 0x40},                            // CR4: MCE
      {0x158, 0x10},                            // CR0: ET
      {0x160, 0x400},                           // DR7
      {0x168, 0xffff'0ff0},                     // DR6
      {0x170, 0x2},                             // RFLAGS
      {0x178, start & 0xffff},                  // RIP
      {0x268, 0x0007'0406'0007'0406},           // PAT
      {0x310, ec2 ? 0 : guest.vcpu_signature},  // RDX
      {0x3b0, guest.guest_features},            // SEV_FEATURES
      {0x3e8, 1}};                              // XCR0
  for (const auto& [offset, value] : registers) put_integer(vmsa, offset, value);
  put_integer<std::uint32_t>(vmsa, 0x408, ec2 ? 0 : 0x1f80);  // MXCSR
  put_integer<std::uint16_t>(vmsa, 0x410, ec2 ? 0 : 0x37f);   // x87 control word
  return vmsa;
}

// EC2 hands the CPUID pages over after all others.
void add_section(LaunchContext& context, const SnpGuest& guest, const SevFirmware& firmware,
                 const SevSection& section) {
  switch (section.type) {
    case SevSectionType::Memory:
    case SevSectionType::ServiceModule:
      context.add_zeros(section.address, section.size);
      return;
    case SevSectionType::Secrets:
      context.add_without_contents(PageType::Secrets, section.address);
      return;
    case SevSectionType::Cpuid:
      if (guest.monitor != Monitor::Ec2) {
        context.add_without_contents(PageType::Cpuid, section.address);
      }
      return;
    case SevSectionType::KernelHashes:
      if (!guest.boot) {
        context.add_zeros(section.address, section.size);
      } else {
        const std::size_t offset = firmware.kernel_hashes_address.value_or(0) % kPageSize;
        context.add_normal(section.address, kernel_hashes_page(*guest.boot, offset));
      }
      return;
  }
}

base::Result<void> check_guest(const SnpGuest& guest, const SevFirmware& firmware) {
  if (guest.firmware.size() % kPageSize != 0) {
    return base::Error(ImageError::SectionOutOfRange, "The firmware is not made of whole pages.");
  }
  if (guest.vcpus == 0 || guest.vcpus > kVcpusMax) {
    return base::Error(ImageError::VcpusOutOfRange, "There are no such numbers of processors.");
  }
  if (!guest.boot) return {};
  const auto page =
      std::ranges::find(firmware.sections, SevSectionType::KernelHashes, &SevSection::type);
  if (page == firmware.sections.end() || page->size != kPageSize ||
      !firmware.kernel_hashes_address) {
    return base::Error(ImageError::KernelHashesUnsupported,
                       "The firmware does not check the hash of a kernel that the host gives it.");
  }
  return {};
}

}  // namespace

base::Result<base::Bits384> snp_launch_digest(const SnpGuest& guest) {
  const SevFirmware firmware = TRY(read_sev_firmware(guest.firmware));
  TRY(check_guest(guest, firmware));
  LaunchContext context;
  context.add_normal(kFourGibibytes - guest.firmware.size(), guest.firmware);
  for (const SevSection& section : firmware.sections) {
    add_section(context, guest, firmware, section);
  }
  if (guest.monitor == Monitor::Ec2) {
    for (const SevSection& section : firmware.sections) {
      if (section.type != SevSectionType::Cpuid) continue;
      context.add_without_contents(PageType::Cpuid, section.address);
    }
  }
  const base::Bytes first = save_area(guest, kBootProcessorStart);
  const base::Bytes others = save_area(guest, firmware.reset_address);
  for (std::uint32_t i = 0; i < guest.vcpus; ++i) {
    context.add(PageType::Vmsa, kVmsaAddress, i == 0 ? first : others);
  }
  return context.digest();
}

std::optional<std::uint32_t> vcpu_signature(std::string_view model) {
  // Family, model and stepping of QEMU's models (target/i386/cpu.c), packed as CPUID packs them.
  struct Generation {
    std::string_view name;
    std::uint32_t signature;
  };
  constexpr Generation kGenerations[] = {{"EPYC-Turin", 0x00b0'0f00}, {"EPYC-Genoa", 0x00a1'0f10},
                                         {"EPYC-Milan", 0x00a0'0f11}, {"EPYC-Rome", 0x0083'0f10},
                                         {"EPYC-IBPB", 0x0080'0f12},  {"EPYC", 0x0080'0f12}};
  for (const auto& [name, signature] : kGenerations) {
    if (!model.starts_with(name)) continue;
    const std::string_view version = model.substr(name.size());
    if (version.empty() || version.starts_with("-v")) return signature;
  }
  return std::nullopt;
}

}  // namespace cocoon::attest::measure
