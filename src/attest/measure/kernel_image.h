// The kernel of a direct boot: what QEMU writes into its header before the firmware measures it,
// and the digest that the firmware then takes.
//
// Formats: Linux Documentation/arch/x86/boot.rst (setup header); QEMU hw/i386/x86-common.c
// (x86_load_linux); Microsoft "Windows Authenticode Portable Executable Signature Format".
#pragma once

#include <cstdint>

#include "attest/measure/error.h"
#include "base/bytes.h"
#include "base/result.h"

namespace cocoon::attest::measure {

// The kernel as the guest's firmware sees it. Depends on the size of the initrd and, below 2.75
// GiB, on that of the memory.
base::Result<base::Bytes> patch_kernel(base::BytesView kernel, std::uint64_t initrd_size,
                                       std::uint64_t memory_size);

// SHA-384 over a PE image without its checksum and signatures.
base::Result<base::Bits384> authenticode_digest(base::BytesView image);

}  // namespace cocoon::attest::measure
