#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace longwire {

/// SHA-256 of bytes that come in pieces. Thread: one at a time.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::string_view bytes);

    /// 64 lower-case hex digits. Once, at the end.
    std::string hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace longwire
