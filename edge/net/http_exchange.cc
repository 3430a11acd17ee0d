#include "edge/net/http_exchange.h"

#include <utility>

namespace longwire::edge::net {

Exchange::~Exchange() {
    if (const auto session = open_session()) session->on_dropped();
}

void Exchange::respond(HttpResponse response) {
    if (const auto session = open_session()) session->respond(response);
}

void Exchange::begin_stream(HttpResponse head) {
    if (const auto session = open_session()) session->begin_stream(head);
}

void Exchange::write(SharedSlice piece) {
    if (const auto session = open_session()) session->write(std::move(piece));
}

void Exchange::end_stream() {
    if (const auto session = open_session()) session->end_stream();
}

std::size_t Exchange::unsent_bytes() const {
    const auto session = open_session();
    return session ? session->unsent_bytes() : 0;
}

std::uint64_t Exchange::sent_bytes() const {
    const auto session = open_session();
    return session ? session->sent_bytes() : 0;
}

void Exchange::when_drained(std::function<void()> callback) {
    const auto session = open_session();
    if (!session) return;
    drained_callback_ = std::move(callback);
    session->tell_when_drained();
}

void Exchange::on_abandoned(std::function<void()> callback) {
    if (abandoned_) {
        callback();
    } else if (open_) {
        abandoned_callback_ = std::move(callback);
    }
}

void Exchange::complete() {
    open_ = false;
    abandoned_callback_ = nullptr;
    drained_callback_ = nullptr;
}

void Exchange::drained() {
    if (const auto callback = std::exchange(drained_callback_, nullptr)) callback();
}

void Exchange::abandon() {
    if (abandoned_) return;
    abandoned_ = true;
    if (const auto callback = std::exchange(abandoned_callback_, nullptr)) callback();
}

}  // namespace longwire::edge::net
