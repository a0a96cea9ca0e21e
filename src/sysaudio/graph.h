// Graphs as they run: chains of linked pins, their states, and the part of a graph that several
// clients share. PASSIVE_LEVEL throughout, under the lock of the virtual device.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ksbox/reason.h"
#include "sysaudio/links.h"
#include "sysaudio/search.h"

namespace ksbox::sysaudio {

/// Pins and the filters they belong to, the device's side first.
class Chain {
  public:
    Chain() = default;
    Chain(Chain &&) = default;
    Chain &operator=(Chain &&other) noexcept;
    ~Chain() { close(); }

    void add(Link link);
    void add(KernelFile pin) { pins_.push_back(std::move(pin)); }
    void keep(std::shared_ptr<const KernelFile> filter) { filters_.push_back(std::move(filter)); }

    bool empty() const { return pins_.empty(); }
    const KernelFile &last() const { return pins_.back(); }
    /// One step up: sinks before the sources that feed them, so that each finds whom it sends to.
    /// On failure those that went up go back.
    NTSTATUS raise(KSSTATE from, KSSTATE to);
    /// One step down, sources first. Goes on whatever a pin answers; the first error.
    NTSTATUS lower(KSSTATE to);
    /// The handles, sources first; then the filters.
    void close();
    /// The file objects too: nothing is under way on them any more.
    void release();

  private:
    std::vector<std::shared_ptr<const KernelFile>> filters_;
    std::vector<KernelFile> pins_;
};

/// What is behind a mixer's sink pins: the mixer's source pin and all that follows it. In the
/// highest state of the clients that feed it.
class SharedPart {
  public:
    Chain chain;
    /// Which steps and pins these are: the mixer's step first, without its near pin.
    Path path;
    std::shared_ptr<const KernelFile> mixer;

    /// `client` is any address that tells clients apart.
    NTSTATUS raise(const void *client, KSSTATE to);
    NTSTATUS lower(const void *client, KSSTATE to);

  private:
    KSSTATE highest() const;
    std::map<const void *, KSSTATE> states_; // lint-allow(pointer_order): none is called
};

/// Opens filters for graphs; see VirtualDevice.
class Filters {
  public:
    virtual ~Filters() = default;
    /// One file for all: the device's own filters, and the mixer.
    virtual Result<std::shared_ptr<const KernelFile>> shared_file(const FilterFacts &filter) = 0;
    /// A part that other clients use already; null: none.
    virtual std::shared_ptr<SharedPart> shared_part(const Path &tail) = 0;
    virtual void remember(const std::shared_ptr<SharedPart> &part) = 0;

  protected:
    Filters() = default;
};

/// A client's graph. The pin it stands for is the entry.
class Graph {
  public:
    /// Builds what is not there yet. What was made is closed again on failure.
    static Result<std::unique_ptr<Graph>> build(std::span<const FilterFacts> filters,
                                                const Path &path, const KSPRIORITY &priority,
                                                const Format &format, Filters &open,
                                                Reason &refusal);
    ~Graph() { close(); }
    Graph(const Graph &) = delete;
    Graph &operator=(const Graph &) = delete;

    const KernelFile &entry() const { return own_.last(); }
    const Path &path() const { return path_; }
    /// Through the steps between; on failure everything is where it was.
    NTSTATUS set_state(KSSTATE to);
    /// The client's handle is closed: all of its pins get IRP_MJ_CLEANUP, sources first.
    void close();

  private:
    explicit Graph(Path path) : path_(std::move(path)) {}
    NTSTATUS raise(KSSTATE to);
    NTSTATUS lower(KSSTATE to);

    const Path path_;
    std::shared_ptr<SharedPart> shared_;
    Chain own_; ///< the entry is last
    KSSTATE state_ = KSSTATE_STOP;
};

} // namespace ksbox::sysaudio
