#pragma once

#include "broker/core/task.h"
#include "protocol/command.h"

namespace longwire::broker {

/// A result or an error larger than this, as MessagePack, is left out of what a webhook is told, and so is one that
/// JSON has no form for.
inline constexpr std::size_t kWebhookPartBytesMax = 64 << 10;

/// The start of the task that tells the webhook of `ended`, whose run has just ended, of that end. Its id is made of
/// the task's and of the offset of the event that ended the run, so that each run has one; its input is
/// {url, type, time_us, data}, where `data` is JSON already, so that each attempt and each worker signs the same bytes.
StartCommand webhook_delivery(const Task& ended);

}  // namespace longwire::broker
