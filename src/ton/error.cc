// The stable names of this module's reasons.
#include "ton/error.h"

#include "base/check.h"

namespace cocoon::ton {

std::string_view reason_name(TonError error) {
  switch (error) {
    case TonError::AddressForm:
      return "address_form";
    case TonError::AddressTag:
      return "address_tag";
    case TonError::AddressChecksum:
      return "address_checksum";
    case TonError::CellOverflow:
      return "cell_overflow";
    case TonError::CellTooDeep:
      return "cell_too_deep";
    case TonError::CellExoticForm:
      return "cell_exotic_form";
    case TonError::CellExotic:
      return "cell_exotic";
    case TonError::CellPruned:
      return "cell_pruned";
    case TonError::CellUnderflow:
      return "cell_underflow";
    case TonError::CellLeftover:
      return "cell_leftover";
    case TonError::CellMissing:
      return "cell_missing";
    case TonError::ValueForm:
      return "value_form";
    case TonError::ValueOutOfRange:
      return "value_out_of_range";
    case TonError::DictionaryForm:
      return "dictionary_form";
    case TonError::DictionaryTooBig:
      return "dictionary_too_big";
    case TonError::BocTooBig:
      return "boc_too_big";
    case TonError::BocTruncated:
      return "boc_truncated";
    case TonError::BocTrailing:
      return "boc_trailing";
    case TonError::BocHeader:
      return "boc_header";
    case TonError::BocIndex:
      return "boc_index";
    case TonError::BocChecksum:
      return "boc_checksum";
    case TonError::BocCell:
      return "boc_cell";
    case TonError::BocReference:
      return "boc_reference";
    case TonError::BocRoots:
      return "boc_roots";
    case TonError::BlockForm:
      return "block_form";
    case TonError::AccountForm:
      return "account_form";
    case TonError::MessageForm:
      return "message_form";
    case TonError::ValidatorsForm:
      return "validators_form";
    case TonError::StructVersion:
      return "struct_version";
    case TonError::PaymentForm:
      return "payment_form";
    case TonError::PaymentReceiver:
      return "payment_receiver";
    case TonError::PaymentSignature:
      return "payment_signature";
  }
  CHECK(false);
}

}  // namespace cocoon::ton
