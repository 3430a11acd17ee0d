#include "worker/sdk/core/held_texts.h"

#include <algorithm>
#include <utility>

namespace longwire::worker {

HeldTexts::Id HeldTexts::open(std::string stream, std::string agent, std::int64_t join_us) {
    texts_[++last_] = {std::move(stream), std::move(agent), join_us, 0, 0, {}};
    return last_;
}

void HeldTexts::write(Id id, std::string_view text, std::int64_t now_us) {
    auto& known = texts_.at(id);
    if (known.held.empty()) held_.push_back(id);
    known.held.append(text);
    bytes_ += text.size();
    if (known.held.size() >= kPieceBytesMax) known.due_us = now_us;
}

std::optional<std::int64_t> HeldTexts::look_again_us(std::int64_t now_us) const {
    std::optional<std::int64_t> look;
    for (const auto& [id, text] : texts_) {
        if (text.held.empty() && text.due_us <= now_us) continue;
        look = look ? std::min(*look, text.due_us) : text.due_us;
    }
    return look;
}

void HeldTexts::hasten() {
    for (const auto id : held_) texts_.at(id).due_us = 0;
}

}  // namespace longwire::worker
