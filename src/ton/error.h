// Why this module refuses an address, a cell, a bag of cells or a contract's data.
#pragma once

#include <string_view>

namespace cocoon::ton {

enum class TonError {
  // Addresses.
  AddressForm,      // neither raw nor user-friendly
  AddressTag,       // unknown tag byte
  AddressChecksum,  // CRC-16 does not match
  // Cells and what is read from them.
  CellOverflow,      // more than 1023 bits or 4 references, or a value wider than its field
  CellTooDeep,       // deeper than kMaxCellDepth
  CellExoticForm,    // an exotic cell that breaks the rules of its kind
  CellExotic,        // an exotic cell where an ordinary one is needed
  CellPruned,        // a pruned branch where data is needed: what it stands for is unknown
  CellUnderflow,     // fewer bits or references than the layout needs
  CellLeftover,      // more bits or references than the layout allows
  CellMissing,       // no cell where one is needed
  ValueForm,         // a value that is not encoded the one canonical way
  ValueOutOfRange,   // a value beyond what we can hold
  DictionaryForm,    // a node that breaks the rules of Hashmap
  DictionaryTooBig,  // more entries than allowed
  // Bags of cells.
  BocTooBig,     // bytes, cells or roots beyond the limits
  BocTruncated,  // ends before what it announces
  BocTrailing,   // goes on after its end
  BocHeader,     // unknown magic, flags or sizes that contradict each other
  BocIndex,      // the index does not match the cells
  BocChecksum,   // CRC-32C does not match
  BocCell,       // a cell descriptor or its padding is wrong
  BocReference,  // a reference that does not point strictly forward
  BocRoots,      // not the one root of level 0 that was asked for
  // Blocks, states, accounts and messages.
  BlockForm,    // a block that contradicts itself
  AccountForm,  // an account or transaction that contradicts itself
  MessageForm,
  ValidatorsForm,  // a set of validators that contradicts itself
  // Contracts.
  StructVersion,    // a params layout that we don't know
  PaymentForm,      // not a signed payment
  PaymentReceiver,  // a signed payment for another contract
  PaymentSignature,
};

std::string_view reason_name(TonError error);

}  // namespace cocoon::ton
