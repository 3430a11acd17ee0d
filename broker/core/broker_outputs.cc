#include <algorithm>
#include <utility>

#include "broker/core/broker.h"
#include "protocol/msgpack_fields.h"
#include "protocol/topic.h"

namespace longwire::broker {
namespace {

constexpr std::size_t kLoadsAtOnceMax = 16;  // each takes a page's time of a step
constexpr std::size_t kPageBytesMax = 256 << 10;

void fold_envelope(TaskOutput& output, std::uint64_t offset, std::string_view bytes) {
    if (const auto envelope = parse_envelope(bytes)) fold(output, offset, *envelope);
}

}  // namespace

void Broker::on_output_request(const std::string& peer, const EdgeLink& edge, const link::Request& request,
                               const StateCommand& command) {
    const OutputAsker asker{peer, edge.session, request.request};
    const auto path = topic_path(request.realm, task_topic(command.task));
    const auto* task = scheduler_.find_task(request.realm, command.task);
    const auto* output = outputs_.find(path);
    if (task == nullptr) return answer_with_output(asker, request.realm, command.task, {});
    if (output != nullptr) return answer_with_output(asker, request.realm, command.task, *output);
    auto [load, is_new] = output_loads_.try_emplace(path);
    load->second.askers.push_back(asker);
    if (!is_new) return;
    load->second.realm = request.realm;
    load->second.task = command.task;
    load->second.next = std::max<std::uint64_t>(task->output_offset, 1);
    loads_waiting_.push_back(path);
    begin_waiting_loads();
}

void Broker::begin_waiting_loads() {
    while (loading_.size() < kLoadsAtOnceMax && !loads_waiting_.empty()) {
        const auto path = std::exchange(loads_waiting_.front(), {});
        loads_waiting_.pop_front();
        go_on_loading(path, output_loads_.find(path)->second);
    }
}

void Broker::ask_for_output_page(const Topic& topic, OutputLoad& load) {
    const std::string path(*topic.path);
    const auto token = next_read_++;
    load.committed = topic.committed;
    loading_.emplace(token, path);
    out_->reads.push_back({token, path, load.next - 1, SIZE_MAX, kPageBytesMax});
}

bool Broker::take_output_page(const ReadPage& page) {
    const auto loading = loading_.extract(page.token);
    if (loading.empty()) return false;
    auto& load = output_loads_.find(page.path)->second;
    if (page.first > load.next) load.output.incomplete = true;
    load.next = std::max(load.next, page.first);
    for (const auto& envelope : page.envelopes) fold_envelope(load.output, load.next++, envelope.bytes);
    // What the log says that it has not got will not come; what was committed since is another matter.
    if (page.envelopes.empty()) load.next = std::max(load.next, load.committed + 1);
    go_on_loading(page.path, load);
    begin_waiting_loads();
    return true;
}

bool Broker::skip_unreadable_output(const FailedRead& failed) {
    const auto loading = loading_.extract(failed.token);
    if (loading.empty()) return false;
    auto& load = output_loads_.find(failed.path)->second;
    load.output.incomplete = true;
    load.next = std::max(load.next, next_readable(failed, load.committed));
    go_on_loading(failed.path, load);
    begin_waiting_loads();
    return true;
}

/// Reads up to what is durable; what has been decided beyond it is still here.
void Broker::go_on_loading(const std::string& path, OutputLoad& load) {
    const auto* topic = topics_.find(path);
    if (topic != nullptr && load.next <= topic->committed) return ask_for_output_page(*topic, load);
    if (topic != nullptr) fold_undurable(path, load);
    const auto done = std::move(load);
    output_loads_.erase(output_loads_.find(path));
    if (scheduler_.find_task(done.realm, done.task) != nullptr) outputs_.put(path, done.output);
    for (const auto& asker : done.askers) answer_with_output(asker, done.realm, done.task, done.output);
}

void Broker::fold_undurable(const std::string& path, OutputLoad& load) const {
    const auto fold_batch = [&](const Batch& batch) {
        for (const auto& record : *batch.records) {
            if (record.offset < load.next || *record.path != path) continue;
            fold_envelope(load.output, record.offset, record.envelope.bytes);
            load.next = record.offset + 1;
        }
    };
    for (const auto& batch : pending_) fold_batch(batch);
    fold_batch(open_);
}

/// Held like every reply until what it tells of is durable.
void Broker::answer_with_output(const OutputAsker& asker, std::string_view realm, const std::string& task,
                                const TaskOutput& output) {
    const auto edge = edges_.find(asker.edge);
    if (edge == edges_.end() || edge->second.session != asker.session) return;
    auto snapshot = scheduler_.state(realm, StateCommand{task, true});
    if (snapshot) {
        std::string shown;
        write_output(output, shown);
        snapshot = with_raw_field(*snapshot, "output", shown);
    }
    // Without room for new work what has been decided may have to wait long: only what tells of it waits with it.
    if (!room_ && !is_under_way(topic_path(realm, task_topic(task)))) {
        return tell(edge->second, prepare_reply(asker.request, snapshot));
    }
    reply(asker.edge, edge->second, asker.request, snapshot);
}

}  // namespace longwire::broker
