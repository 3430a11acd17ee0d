#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace longwire {

/// A text that never changes, in one piece of memory for all who hold it; itself as large as a pointer. For the names
/// of what there is very much of, such as topics.
///
/// Bound: 4 GiB of text. Thread: any number may hold and read it, each through an object of its own.
class SharedText {
  public:
    /// The empty text, without memory.
    SharedText() = default;

    explicit SharedText(std::string_view text) {
        if (text.empty()) return;
        void* const memory = ::operator new(sizeof(Head) + text.size());
        head_ = new (memory) Head{{1}, static_cast<std::uint32_t>(text.size())};
        std::memcpy(bytes(), text.data(), text.size());
    }

    SharedText(const SharedText& other) noexcept : head_(other.head_) {
        if (head_ != nullptr) head_->holders.fetch_add(1, std::memory_order_relaxed);
    }
    SharedText(SharedText&& other) noexcept : head_(std::exchange(other.head_, nullptr)) {}
    SharedText& operator=(SharedText other) noexcept {
        std::swap(head_, other.head_);
        return *this;
    }
    ~SharedText() {
        if (head_ == nullptr || head_->holders.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
        head_->~Head();
        ::operator delete(head_);
    }

    /// As long as somebody holds it.
    std::string_view operator*() const {
        return head_ == nullptr ? std::string_view{} : std::string_view{bytes(), head_->size};
    }

    bool operator==(const SharedText& other) const { return head_ == other.head_ || **this == *other; }

  private:
    struct Head {
        std::atomic<std::uint32_t> holders;
        std::uint32_t size;
    };

    char* bytes() const { return reinterpret_cast<char*>(head_ + 1); }

    Head* head_ = nullptr;
};

}  // namespace longwire
