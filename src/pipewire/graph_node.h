// A node of the graph whose device decides when a cycle runs: no clocks drift against each other,
// so nothing is resampled, lost or doubled. Where another device's clock runs the graph (two
// devices linked to each other), cycles come when that one says.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "pipewire/connection.h"
#include "pipewire/wake.h"

struct spa_pod;
struct pw_properties;

namespace ksbox::pipewire {

struct NodeNames {
    std::string name;        ///< "ksbox.speaker.Wave.0": stable, for scripts
    std::string description; ///< "Speakers (Sample Speaker)": for people
    std::string nick;        ///< "Speakers"
};

/// Which way samples go, as people see it.
enum class Direction : std::uint8_t { sink, source };

class Node {
  public:
    virtual ~Node();
    Node(const Node &) = delete;
    Node &operator=(const Node &) = delete;

    const NodeNames &names() const { return names_; }
    Direction direction() const { return direction_; }

    // Of the device's thread.

    /// Until PipeWire has done something here, at most so long.
    void wait(std::uint64_t time_ns) { wake_.wait(time_ns); }
    /// The device wants a cycle now, which it gets unless another one drives the graph.
    /// `delay_frames`: what lies between the node and the device.
    void trigger(std::int64_t delay_frames);
    /// How many cycles that trigger() began have come to their end, with or without data. A cycle
    /// that is begun before the last has ended breaks it off, and what players gave for it is lost.
    std::uint64_t ended_cycles() const { return ended_cycles_; }
    /// The length of a cycle, in the graph's own frames; 0: not known yet.
    struct Cycle {
        std::uint32_t frames = 0, rate_hz = 0;
    };
    Cycle cycle() const;

    // Of any thread but PipeWire's.

    /// Ends the device's wait.
    void interrupt() { wake_.signal(); }
    /// Whether the daemon knows the node; and why not, if it refuses it.
    bool exists() const { return exists_; }
    std::string refusal() const;

    // Of the connection, on PipeWire's main thread or before it runs.
    void connect();
    void disconnect();
    void lost();

    struct Stream;

  protected:
    Node(Connection &connection, NodeNames names, Direction direction);
    /// To be called when the object is whole, and before it falls apart.
    void begin();
    void end();

    virtual pw_properties *properties() const = 0;
    /// Offers of formats, made with the builder.
    virtual void offer(Stream &stream) = 0;
    /// PipeWire's main thread: the format of the stream, null: none; a Props param.
    virtual void format_changed(const spa_pod *format) = 0;
    virtual void props_changed(const spa_pod *) {}
    /// PipeWire's main thread: the daemon knows the node.
    virtual void known() {}
    /// PipeWire's main thread: cycles may come, or come no more.
    virtual void streaming_changed(bool streams) = 0;
    /// PipeWire's data thread: what a source has of its last stream is not for the next.
    virtual void discard_old() {}
    /// PipeWire's data thread: one cycle's data. `asked`: trigger() is what it came from.
    virtual void process(bool asked) = 0;

    /// Whether the node's device runs the graph.
    bool drives() const { return drives_; }
    Stream &stream() { return *stream_; }
    Connection::State &connection() { return connection_.state(); }
    Wake &wake() { return wake_; }

  private:
    friend struct NodeEvents;

    Connection &connection_;
    const NodeNames names_;
    const Direction direction_;
    Wake wake_;
    std::atomic<bool> exists_ = false, drives_ = false;
    std::atomic<std::uint64_t> cycle_ = 0; ///< frames << 32 | rate
    std::atomic<std::int64_t> delay_frames_ = 0;
    std::atomic<std::uint64_t> ended_cycles_ = 0;
    std::unique_ptr<Stream> stream_;
};

} // namespace ksbox::pipewire
