// The one compilation of Asio and Beast. What says so has to come first.
// clang-format off
#include "io/asio.h"
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
