#include "app/commands/port_picker.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <set>

namespace cocoon::app::commands {
namespace {

constexpr std::uint16_t kFirst = 19000;

class PortPickerTest : public ::testing::Test {
 protected:
  PortPickerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "cocoon_ports_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~PortPickerTest() override { std::filesystem::remove_all(directory_); }
  std::string locks() const { return directory_ + "/ports"; }

 private:
  std::string directory_;
};

TEST_F(PortPickerTest, WhatOneHasPickedNoOtherPicks) {
  PortPicker one(locks());
  PortPicker other(locks());
  std::set<std::uint16_t> picked;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(picked.insert(*one.pick(kFirst)).second);
    EXPECT_TRUE(picked.insert(*other.pick(kFirst)).second);
  }
}

TEST_F(PortPickerTest, OneThatIsGoneLeavesItsPorts) {
  std::optional<PortPicker> one(locks());
  const std::uint16_t port = *one->pick(kFirst);
  EXPECT_NE(*PortPicker(locks()).pick(port), port);
  one.reset();
  EXPECT_EQ(*PortPicker(locks()).pick(port), port);
}

TEST_F(PortPickerTest, APortIsTakenOnce) {
  PortPicker one(locks());
  const std::uint16_t port = *one.pick(kFirst);
  EXPECT_FALSE(*one.take("127.0.0.1", port));
  EXPECT_FALSE(*PortPicker(locks()).take("127.0.0.1", port));
}

TEST_F(PortPickerTest, WithoutLocksPortsAreOnlyLookedAt) {
  PortPicker one;
  EXPECT_EQ(*one.pick(kFirst), *PortPicker().pick(kFirst));
}

TEST_F(PortPickerTest, AFolderThatCanNotBeMadeIsAFault) {
  EXPECT_FALSE(PortPicker("/proc/no/folder").pick(kFirst).ok());
}

}  // namespace
}  // namespace cocoon::app::commands
