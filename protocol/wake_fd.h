#pragma once

namespace longwire {

/// Wakes a poll loop from another thread: an eventfd. wake() from any thread, clear() by the loop.
class WakeFd {
  public:
    WakeFd();
    ~WakeFd();
    WakeFd(const WakeFd&) = delete;
    WakeFd& operator=(const WakeFd&) = delete;

    int fd() const { return fd_; }
    void wake();
    void clear();

  private:
    int fd_;
};

}  // namespace longwire
