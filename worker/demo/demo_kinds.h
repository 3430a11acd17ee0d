#pragma once

#include "worker/sdk/worker.h"

/// The kinds of the demo worker: small tasks that show, try out and measure what the bus does.
namespace longwire::demo {

/// `demo.count {n, interval_ms?, bytes?}`: n `log` events with {i, message}, i from 1, each payload of about `bytes`
/// bytes, and `task.progress` on the way. Result {n}.
TaskResult count(Task& task);

/// `demo.tokens {text, delay_ms?}`: the text by words as `text.delta`, then `text.done`. Result {text}.
TaskResult tokens(Task& task);

/// `demo.fail {after_ms?, times?}`: fails its first `times` attempts, all of them by default. Result {attempt}.
TaskResult fail(Task& task);

/// `demo.sleep {ms, ignore_cancel?}`. Result {ms}.
TaskResult sleep_through(Task& task);

/// `demo.echo {}`: each input comes back as `agent.message {agent, message, data}`, until {"end": true}. Result
/// {echoed}.
TaskResult echo(Task& task);

/// `demo.parts {parts, n?, interval_ms?}`: starts `demo.count {n, interval_ms}` as a child so many times and waits for
/// them all; fails with the first that does not complete. Result {parts, n}: n of all together.
TaskResult parts(Task& task);

/// `demo.team {requirement, steps?, step_ms?}`: a team of agents at work, with every kind of event that agents emit.
/// Result {content, agents}.
TaskResult team(Task& task);

/// All of them, each with its description.
void serve_all(Worker& worker);

}  // namespace longwire::demo
