// The checks in order; each runs if what it rests on holds.
#include "attest/intel/verify.h"

#include <algorithm>

#include "base/check.h"
#include "crypto/hash.h"

namespace cocoon::attest::intel {
namespace {

using base::BytesView;
using base::Error;
using base::Result;

// 939a7233-f79c-4ca9-940a-0db3957f0607: identities of Intel's collateral are of its enclaves only.
constexpr base::Bits128 kIntelQeVendor = {0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9,
                                          0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07};

Result<Quote> read_quote(BytesView bytes) {
  Result<Quote> quote = parse_quote(bytes);
  if (quote) return quote;
  const Error& error = quote.error();
  const bool unsupported =
      error.is(QuoteError::UnsupportedVersion) || error.is(QuoteError::UnsupportedKeyType) ||
      error.is(QuoteError::UnsupportedTee) || error.is(QuoteError::UnsupportedBodyType) ||
      error.is(QuoteError::UnsupportedCertificationData);
  return Error(unsupported ? Fault::QuoteUnsupported : Fault::QuoteMalformed,
               error.message() + " (" + std::string(error.reason()) + ")");
}

IntelTee tee_of(const Quote& quote) {
  return quote.td() != nullptr ? IntelTee::Tdx : IntelTee::Sgx;
}

Result<void> check_collateral_signature(const Chain& signer, BytesView text, BytesView signature) {
  if (signer.front().public_key().verify_raw(text, signature)) return {};
  return Error(Fault::CollateralSignature,
               "The signature of a part of the collateral doesn't hold.");
}

Error mismatch(std::string_view what) {
  return {Fault::CollateralMismatch,
          "The collateral is not for this quote: " + std::string(what) + "."};
}

Result<void> check_period(base::WallTime now, base::WallTime issued, base::WallTime next_update) {
  if (now < issued) {
    return Error(Fault::CollateralDates, "A part of the collateral is of the future.");
  }
  if (now > next_update) {
    return Error(Fault::CollateralDates, "A part of the collateral is out of date.");
  }
  return {};
}

Result<void> check_qe_report(const Quote& quote, const crypto::PublicKey& pck_key) {
  if (!pck_key.verify_raw(quote.qe_report_bytes, quote.qe_report_signature)) {
    return Error(Fault::QeReportSignature,
                 "The platform's key did not sign the quoting enclave's report.");
  }
  base::Bits512 bound{};
  const base::Bits256 hash = crypto::sha256({quote.attestation_key, quote.qe_authentication_data});
  std::ranges::copy(hash, bound.begin());
  if (quote.qe_report.report_data != bound) {
    return Error(Fault::AttestationKeyUnbound,
                 "The quoting enclave does not vouch for the key that signed the quote.");
  }
  return {};
}

Result<void> check_quote_signature(const Quote& quote) {
  const Result<crypto::PublicKey> key =
      crypto::PublicKey::from_point(crypto::KeyKind::EcP256, quote.attestation_key);
  if (!key || !key->verify_raw(quote.signed_part, quote.signature)) {
    return Error(Fault::QuoteSignature, "The quote's signature doesn't hold.");
  }
  if (quote.qe_vendor_id != kIntelQeVendor) {
    return Error(Fault::QuoteUnsupported,
                 "The quote is of a quoting enclave by another vendor than Intel.");
  }
  return {};
}

// Forgets the value; for checks that are recorded beside it.
template <class T>
Result<void> outcome(const Result<T>& result) {
  if (result) return {};
  return result.error();
}

class Examiner {
 public:
  Examiner(base::WallTime now, const IntelCollateral* collateral, const crypto::PublicKey& root)
      : now_(now), collateral_(collateral), root_(root) {}

  Examination run(BytesView bytes) && {
    found_.quote = read_quote(bytes);
    if (!*found_.quote) return std::move(found_);
    const Quote& quote = **found_.quote;
    found_.pck = check_pck(quote);
    if (!pck_chain_.empty()) {
      found_.qe_report = check_qe_report(quote, pck_chain_.front().public_key());
    }
    found_.signature = check_quote_signature(quote);
    if (collateral_ == nullptr) {
      found_.signers =
          Error(Fault::CollateralMissing, "There is no collateral for this kind of platform here.");
      return std::move(found_);
    }
    found_.signers = read_signers();
    if (holds(found_.signers)) {
      if (holds(found_.pck)) found_.lists = check_revocation();
      found_.tcb_info = check_tcb_info(quote);
      found_.identity = check_identity(quote);
    }
    if (holds(found_.tcb_info) && holds(found_.identity)) check_against_collateral(quote);
    return std::move(found_);
  }

 private:
  Result<void> check_pck(const Quote& quote) {
    pck_chain_ = TRY(read_pck_chain(quote.pck_chain));
    found_.authority = TRY(check_pck_chain(now_, pck_chain_, root_));
    found_.platform = TRY(pck_extension_of(pck_chain_.front()));
    return {};
  }

  Result<void> read_signers() {
    tcb_signer_ = TRY(read_signer_chain(now_, collateral_->tcb_info_issuer_chain, root_));
    // Nearly always the same bytes.
    if (collateral_->qe_identity_issuer_chain == collateral_->tcb_info_issuer_chain) {
      qe_signer_ = tcb_signer_;
    } else {
      qe_signer_ = TRY(read_signer_chain(now_, collateral_->qe_identity_issuer_chain, root_));
    }
    return {};
  }

  Result<void> check_revocation() {
    found_.revocation = TRY(read_lists(*collateral_));
    return check_lists(now_, *found_.revocation, pck_chain_, collateral_->pck_crl_issuer_chain,
                       tcb_signer_, qe_signer_, root_);
  }

  Result<void> check_tcb_info(const Quote& quote) {
    TRY(check_collateral_signature(tcb_signer_, collateral_->tcb_info,
                                   collateral_->tcb_info_signature));
    found_.info = TRY(parse_tcb_info(collateral_->tcb_info));
    if (found_.info->tee != tee_of(quote)) return mismatch("its TCB info is for another TEE");
    if (!found_.platform) return {};
    if (found_.info->fmspc != found_.platform->fmspc) {
      return mismatch("its TCB info is for another kind of platform (FMSPC)");
    }
    if (found_.info->pce_id != found_.platform->pce_id) {
      return mismatch("its TCB info is for another certification enclave (PCEID)");
    }
    return {};
  }

  Result<void> check_identity(const Quote& quote) {
    TRY(check_collateral_signature(qe_signer_, collateral_->qe_identity,
                                   collateral_->qe_identity_signature));
    found_.qe_identity = TRY(parse_qe_identity(collateral_->qe_identity));
    if (found_.qe_identity->tee != tee_of(quote)) {
      return mismatch("its identity is of the quoting enclave for another TEE");
    }
    return {};
  }

  Result<void> check_dates() const {
    TRY(check_period(now_, found_.info->issued, found_.info->next_update));
    return check_period(now_, found_.qe_identity->issued, found_.qe_identity->next_update);
  }

  Result<void> evaluate(const Quote& quote) {
    const LevelVerdict qe = TRY(qe_level(*found_.qe_identity, quote.qe_report));
    if (const TdReport* td = quote.td()) {
      found_.evaluation = TRY(evaluate_td(*found_.info, qe, *found_.platform, *td));
    } else {
      found_.evaluation = TRY(evaluate_enclave(*found_.info, qe, *found_.platform));
    }
    return {};
  }

  void check_against_collateral(const Quote& quote) {
    found_.dates = check_dates();
    found_.qe = check_qe(*found_.qe_identity, quote.qe_report);
    const TdReport* td = quote.td();
    found_.tdx_module = td != nullptr ? check_tdx_module(*found_.info, *td) : Result<void>();
    if (holds(found_.pck)) found_.tcb = evaluate(quote);
  }

  base::WallTime now_;
  const IntelCollateral* collateral_;
  const crypto::PublicKey& root_;
  Chain pck_chain_;
  Chain tcb_signer_;
  Chain qe_signer_;
  Examination found_;
};

}  // namespace

bool holds(const Check& check) { return check && check->ok(); }

const Error* Examination::fault() const {
  CHECK(quote.has_value());
  if (!quote->ok()) return &quote->error();
  for (const Check* check : {&signers, &pck, &lists, &tcb_info, &identity, &dates, &qe_report, &qe,
                             &signature, &tdx_module, &tcb}) {
    if (*check && !(*check)->ok()) return &(*check)->error();
  }
  return nullptr;
}

Examination examine_quote(base::WallTime now, BytesView quote, const IntelCollateral* collateral,
                          const crypto::PublicKey& root) {
  return Examiner(now, collateral, root).run(quote);
}

Result<VerifiedQuote> verify_quote(base::WallTime now, BytesView quote,
                                   const IntelCollateral& collateral,
                                   const crypto::PublicKey& root) {
  Examination found = examine_quote(now, quote, &collateral, root);
  if (const Error* fault = found.fault()) return *fault;
  // A check that did not run rests on one that failed, so none is left out here.
  for (const Check* check :
       {&found.signers, &found.pck, &found.lists, &found.tcb_info, &found.identity, &found.dates,
        &found.qe_report, &found.qe, &found.signature, &found.tdx_module, &found.tcb}) {
    CHECK(holds(*check));
  }
  return VerifiedQuote{(*found.quote)->body, *found.platform, *found.authority,
                       std::move(*found.evaluation)};
}

Result<IntelCollateralId> collateral_needed(BytesView bytes) {
  const Quote quote = TRY(read_quote(bytes));
  const Chain chain = TRY(read_pck_chain(quote.pck_chain));
  const PckExtension platform = TRY(pck_extension_of(chain.front()));
  const std::string issuer = crypto::common_name(chain.front().issuer()).value_or("");
  const bool processor = issuer.find("SGX PCK Processor CA") != std::string::npos;
  return IntelCollateralId{
      tee_of(quote), processor ? PckAuthority::Processor : PckAuthority::Platform, platform.fmspc};
}

}  // namespace cocoon::attest::intel
