#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "edge/dialects/tracking/sessions.h"
#include "edge/dialects/translator.h"

namespace longwire::edge::tracking {

/// Where a task's topic was when its snapshot was made. The epoch is 0 if it does not say.
struct Place {
    std::uint64_t epoch = 0;
    std::uint64_t offset = 0;
};
Place place_of(const json::object& snapshot);

/// Tells a book of sessions what there is: lists all tasks that have not ended, page by page, and the youngest of any
/// state; and asks for single tasks that the book wants to know.
///
/// Lists begin `kRestUs` apart at least, however often they are asked for. Bound: `kAsksMax` questions at a time.
class TaskLister {
  public:
    static constexpr std::int64_t kRestUs = 1'000'000;
    static constexpr std::size_t kAsksMax = 32;
    static constexpr int kPageTasks = 500;
    static constexpr int kYoungest = 200;

    using OnNews = std::function<void(std::vector<AgentStatus> news)>;

    /// `on_news` gets what a whole list, or the answer to a single question, tells of agents, also if that is nothing.
    TaskLister(Host& host, SessionBook& book, OnNews on_news)
        : host_(host), book_(book), on_news_(std::move(on_news)) {}

    /// Lists all, now or as soon as that may be.
    void list();

    /// Whether that has been done once.
    bool has_listed() const { return has_listed_; }

    /// Asks for what the book wants, but not while it is being listed.
    void ask_wanted();

    void on_time();
    std::optional<std::int64_t> next_us() const;

  private:
    static constexpr std::array<std::string_view, 3> kStates{"PENDING", "RUNNING", ""};  // the last is any

    void begin();
    void ask_page(std::size_t state, std::string_view after);
    void on_page(std::size_t state, const Result<json::object>& page);
    void ask(const std::string& task);

    Host& host_;
    SessionBook& book_;
    OnNews on_news_;
    bool is_listing_ = false;
    std::vector<AgentStatus> listed_;  // so far
    bool must_list_ = false;
    bool has_listed_ = false;
    std::int64_t next_list_us_ = 0;
    std::size_t asks_ = 0;
    std::int64_t next_ask_us_ = 0;
};

}  // namespace longwire::edge::tracking
