#pragma once

#include <stdexcept>
#include <string>

namespace longwire::simulation {

/// The system has broken its contract, in these words.
class Violation : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// `what()` is only called when the contract is broken.
template <class What>
void require(bool is_kept, What what) {
    if (!is_kept) throw Violation(what());
}

}  // namespace longwire::simulation
