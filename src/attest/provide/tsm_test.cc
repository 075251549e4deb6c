// A tree that behaves like the kernel's: reports are made when `outblob` is read, every write
// counts, and others may write in between.
#include "attest/provide/tsm.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <set>

#include "attest/provide/tsm_provider.h"

namespace cocoon::attest::provide {
namespace {

const base::Bits512 kAsked = {1, 2, 3};
const std::string kRoot = "/tsm";

class FakeTree final : public TsmFiles {
 public:
  std::string provider = "tdx_guest\n";
  base::Bytes certificates;
  std::function<void(FakeTree&)> before_read = [](FakeTree&) {};
  std::set<std::string> missing;
  std::size_t report_size = 256;

  // What another process does.
  void write_by_others() {
    input_.fill(0xee);
    ++generation_;
  }
  bool empty() const { return directories_.empty(); }
  int writes() const { return writes_; }

  base::Result<void> make_directory(const std::string& path) override {
    if (missing.contains("root")) return base::Error(ProvideError::InterfaceMissing, path);
    directories_.insert(path);
    return {};
  }
  void remove_directory(const std::string& path) override { directories_.erase(path); }
  base::Result<base::Bytes> read(const std::string& path, std::size_t) override {
    const std::string name = TRY(attribute(path));
    if (name == "generation") return base::to_bytes(std::to_string(generation_) + "\n");
    if (name == "provider") return base::to_bytes(provider);
    if (name == "auxblob") {
      if (certificates.empty()) return base::Error(ProvideError::InterfaceMissing, path);
      return certificates;
    }
    before_read(*this);
    base::Bytes report(report_size);
    if (report_size >= 0x50 + 64) std::copy(input_.begin(), input_.end(), report.begin() + 0x50);
    return report;
  }
  base::Result<void> write(const std::string& path, base::BytesView bytes) override {
    const std::string name = TRY(attribute(path));
    EXPECT_EQ(name, "inblob");
    EXPECT_EQ(bytes.size(), 64u);
    std::ranges::copy(bytes, input_.begin());
    ++generation_;
    ++writes_;
    return {};
  }

 private:
  base::Result<std::string> attribute(const std::string& path) const {
    const std::size_t slash = path.rfind('/');
    const std::string name = path.substr(slash + 1);
    if (!directories_.contains(path.substr(0, slash)) || missing.contains(name)) {
      return base::Error(ProvideError::InterfaceMissing, path);
    }
    return name;
  }

  std::set<std::string> directories_;
  base::Bits512 input_{};
  std::uint64_t generation_ = 7;
  int writes_ = 0;
};

std::string_view reason_of(FakeTree& tree) {
  const auto report = take_report(tree, kRoot, "cocoon", kAsked);
  EXPECT_TRUE(tree.empty()) << "the directory stays behind";
  return report ? "taken" : report.error().reason();
}

TEST(Tsm, AnswerToOurQuestion) {
  FakeTree tree;
  const auto report = take_report(tree, kRoot, "cocoon", kAsked);
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report->provider, "tdx_guest");
  EXPECT_TRUE(std::equal(kAsked.begin(), kAsked.end(), report->report.begin() + 0x50));
  EXPECT_TRUE(report->certificates.empty());
  EXPECT_TRUE(tree.empty());
}

TEST(Tsm, SomebodyElseWritesOnce) {
  FakeTree tree;
  int left = 1;
  tree.before_read = [&](FakeTree& self) {
    if (left-- > 0) self.write_by_others();
  };
  const auto report = take_report(tree, kRoot, "cocoon", kAsked);
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(tree.writes(), 2);
  EXPECT_TRUE(std::equal(kAsked.begin(), kAsked.end(), report->report.begin() + 0x50));
}

TEST(Tsm, SomebodyElseWritesAlways) {
  FakeTree tree;
  tree.before_read = [](FakeTree& self) { self.write_by_others(); };
  EXPECT_EQ(reason_of(tree), "tsm_interrupted");
  EXPECT_EQ(tree.writes(), kTsmAttempts);
}

TEST(Tsm, MissingParts) {
  for (const char* name : {"root", "generation", "outblob", "provider"}) {
    FakeTree tree;
    tree.missing = {name};
    EXPECT_EQ(reason_of(tree), "tsm_interface_missing") << name;
  }
  FakeTree empty;
  empty.report_size = 0;
  EXPECT_EQ(reason_of(empty), "tsm_answer_malformed");
}

TEST(Tsm, OrdinaryDirectoryIsNoTee) {
  const auto files = system_files();
  const std::string root = std::filesystem::temp_directory_path() / "cocoon-tsm-test";
  std::filesystem::create_directory(root);
  const auto report = take_report(*files, root, "one", kAsked);
  EXPECT_EQ(report.error().reason(), "tsm_interface_missing");
  EXPECT_FALSE(std::filesystem::exists(root + "/one"));
  std::filesystem::remove(root);
  EXPECT_EQ(take_report(*files, "/no/such/tsm", "one", kAsked).error().reason(),
            "tsm_interface_missing");
}

std::unique_ptr<FakeTree> snp_tree() {
  auto tree = std::make_unique<FakeTree>();
  tree->provider = "sev_guest\n";
  tree->report_size = 1184;
  return tree;
}

// A table with one other entry and the VCEK, "key".
base::Bytes certificate_table() {
  base::Bytes table(24 * 3);
  table[0] = 0xc0;
  const std::uint8_t vcek[] = {0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64,
                               0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd};
  std::ranges::copy(vcek, table.begin() + 24);
  table[24 + 16] = 72;
  table[24 + 20] = 3;
  for (const char c : {'k', 'e', 'y'}) table.push_back(static_cast<std::uint8_t>(c));
  return table;
}

TEST(TsmProvider, Tdx) {
  TsmProvider provider(std::make_unique<FakeTree>(), kRoot, "cocoon");
  const auto evidence = provider.quote({}, kAsked);
  ASSERT_TRUE(evidence.ok());
  EXPECT_EQ(kind_of(*evidence), EvidenceKind::Tdx);
}

TEST(TsmProvider, SevSnp) {
  auto tree = snp_tree();
  tree->certificates = certificate_table();
  TsmProvider provider(std::move(tree), kRoot, "cocoon", base::to_bytes("configured"));
  const auto evidence = provider.quote({}, kAsked);
  ASSERT_TRUE(evidence.ok()) << evidence.error().message();
  const auto& snp = std::get<SevSnpEvidence>(*evidence);
  EXPECT_EQ(snp.report_data, kAsked);
  EXPECT_EQ(base::as_text(snp.vcek), "key");
  TsmProvider without(snp_tree(), kRoot, "cocoon", base::to_bytes("configured"));
  EXPECT_EQ(base::as_text(std::get<SevSnpEvidence>(*without.quote({}, kAsked)).vcek), "configured");
}

TEST(TsmProvider, Refusals) {
  const auto reason = [](std::unique_ptr<FakeTree> tree) {
    TsmProvider provider(std::move(tree), kRoot, "cocoon");
    return std::string(provider.quote({}, kAsked).error().reason());
  };
  EXPECT_EQ(reason(snp_tree()), "tsm_answer_malformed");  // no certificate anywhere
  auto other = std::make_unique<FakeTree>();
  other->provider = "arm_cca_guest";
  EXPECT_EQ(reason(std::move(other)), "tsm_provider_unknown");
  auto small = snp_tree();
  small->report_size = 100;
  EXPECT_EQ(reason(std::move(small)), "tsm_answer_malformed");
}

TEST(CertificateTable, LengthsThatLie) {
  const base::Bytes good = certificate_table();
  EXPECT_EQ(base::as_text(report_key_certificate(good)), "key");
  base::Bytes bad = good;
  bad[24 + 20] = 4;
  EXPECT_TRUE(report_key_certificate(bad).empty());
  bad = good;
  bad[24 + 19] = 0xff;
  EXPECT_TRUE(report_key_certificate(bad).empty());
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(report_key_certificate(base::BytesView(good).first(size)).empty());
  }
}

}  // namespace
}  // namespace cocoon::attest::provide
