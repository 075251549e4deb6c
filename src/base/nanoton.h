// Nanoton: an amount of money, in nanotons (1 TON = 10^9). Integer and checked: an overflow is
// never a wrong amount.
//
// Amounts that come from outside go through the checked_ functions, which answer nothing on
// overflow. The operators are for amounts already bounded by our own books, and end the process
// when that belief is wrong.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cocoon::base {

class Nanoton {
 public:
  constexpr Nanoton() = default;
  constexpr explicit Nanoton(std::int64_t count) : count_(count) {}
  constexpr std::int64_t count() const { return count_; }

  friend constexpr auto operator<=>(Nanoton, Nanoton) = default;
  friend Nanoton operator+(Nanoton a, Nanoton b);
  friend Nanoton operator-(Nanoton a, Nanoton b);
  Nanoton operator-() const { return Nanoton{} - *this; }
  Nanoton& operator+=(Nanoton other) { return *this = *this + other; }
  Nanoton& operator-=(Nanoton other) { return *this = *this - other; }

 private:
  std::int64_t count_ = 0;
};

inline constexpr std::int64_t kNanotonsPerTon = 1'000'000'000;

std::optional<Nanoton> checked_add(Nanoton a, Nanoton b);
// `count` things (tokens, say) at `price` each.
std::optional<Nanoton> checked_multiply(Nanoton price, std::int64_t count);

// "1.5 TON", with as many decimals as the amount has and never more than 9.
std::string to_string(Nanoton amount);
// Reads "1.5", "1.5ton", "1.5 TON" or "1500000000n"; no exponent, no sign, at most 9 decimals.
std::optional<Nanoton> parse_nanoton(std::string_view text);

}  // namespace cocoon::base
