#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "bench/load/loop.h"
#include "bench/load/protocols/protocol.h"
#include "bench/load/server_address.h"
#include "bench/load/ws/frame_reader.h"
#include "bench/load/ws/inflater.h"
#include "bench/load/ws/upgrade.h"
#include "protocol/descriptor.h"

namespace longwire::load {

/// A connection to a server, which can be opened again when it is closed: from the TCP handshake to the messages of its
/// protocol. Never blocks.
class Connection final : public Loop::Handler, private Outgoing {
  public:
    /// All of these outlive it.
    Connection(Loop& loop, const ServerAddress& server, bool offers_deflate, std::unique_ptr<Protocol> protocol,
               Listener& listener);

    /// Only when it is closed. What goes wrong is told to the listener as closed, perhaps from within.
    void open();
    /// Ends it as a client that has vanished does, with a reset, which leaves nothing behind in the kernel. The
    /// listener is not told.
    void drop();
    bool is_open() const { return stage_ != Stage::closed; }

    /// Kept until `flush`. Only when the protocol is ready.
    void publish(std::string_view topic, std::string_view payload);
    void flush();
    std::size_t unsent_bytes() const { return unsent_.size(); }

    void on_io(std::uint32_t events) override;

  private:
    enum class Stage : std::uint8_t { closed, connecting, upgrading, open };

    void send_text(std::string_view message) override;
    void send_binary(std::string_view message) override;
    void send_bytes(std::string_view bytes) override { unsent_ += bytes; }

    void on_connected();
    void on_readable();
    /// Takes what is whole from the front of `bytes`.
    void take(std::string_view& bytes);
    bool take_upgrade(std::string_view& bytes);
    void on_message(const Message& message);
    void fail(std::string_view why);

    Loop& loop_;
    const ServerAddress& server_;
    std::unique_ptr<Protocol> protocol_;
    Listener& listener_;
    Upgrade upgrade_;
    Stage stage_ = Stage::closed;
    bool waits_to_send_ = false;
    Descriptor socket_;
    FrameReader frames_;
    std::unique_ptr<Inflater> inflater_;  // once something came compressed
    std::string unread_;                  // the beginning of what is not all there
    std::string unsent_;
    std::uint32_t mask_ = 0x9d3c71e5;
};

}  // namespace longwire::load
