// Result<T>: a value, or an Error with a named reason and a sentence for people.
//
// Everything a peer, chain, host, disk or user can cause is reported this way; nothing is thrown. A
// module names its reasons in an enum and gives each a stable snake_case name by `std::string_view
// reason_name(Enum)`, found by argument-dependent lookup: counters, logs and tests use that name,
// and switches over the enum are exhaustive.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/check.h"

namespace cocoon::base {

template <class R>
concept Reason = std::is_enum_v<R> && requires(R reason) {
  { reason_name(reason) } -> std::convertible_to<std::string_view>;
};

class [[nodiscard]] Error {
 public:
  template <Reason R>
  Error(R reason, std::string message)
      : domain_(&kDomain<R>),
        code_(static_cast<int>(reason)),
        reason_(reason_name(reason)),
        message_(std::move(message)) {}

  // Stable snake_case name, for counters, tests and programs.
  std::string_view reason() const { return reason_; }
  // One sentence for people: what happened, and where it helps, what to do next.
  const std::string& message() const { return message_; }
  // The enumerator, if the error belongs to this module's enum.
  template <Reason R>
  std::optional<R> as() const {
    if (domain_ != &kDomain<R>) return std::nullopt;
    return static_cast<R>(code_);
  }
  template <Reason R>
  bool is(R reason) const {
    return as<R>() == reason;
  }
  // The same error, with what was being done when it happened put before its message.
  Error within(std::string_view context) &&;

 private:
  template <class R>
  static constexpr char kDomain = 0;

  const void* domain_;
  int code_;
  std::string_view reason_;  // static storage
  std::string message_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Only after ok(): reading the other side is a broken invariant of ours.
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& {
    CHECK(!ok());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    CHECK(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  T& value() {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    CHECK(ok());
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  void operator*() const { CHECK(ok()); }
  const Error& error() const& {
    CHECK(error_);
    return *error_;
  }
  Error&& error() && {
    CHECK(error_);
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace cocoon::base

// The value of a Result, or an early return of its error: `auto quote = TRY(parse_quote(bytes));`
#define TRY(expression)                                      \
  ({                                                         \
    auto try_result_ = (expression);                         \
    if (!try_result_) return std::move(try_result_).error(); \
    *std::move(try_result_);                                 \
  })
