// Graphs as they run.
#include "sysaudio/graph.h"

#include <algorithm>
#include <ranges>

#include "nt/kernel.h"
#include "nt/trace.h"

namespace ksbox::sysaudio {
namespace {

NTSTATUS set_state(const KernelFile &pin, KSSTATE state) {
    KSPROPERTY property{};
    property.Set = KSPROPSETID_Connection;
    property.Id = KSPROPERTY_CONNECTION_STATE;
    property.Flags = KSPROPERTY_TYPE_SET;
    return pin.set(property, std::as_bytes(std::span(&state, 1)));
}

KSSTATE next(KSSTATE state) {
    return static_cast<KSSTATE>(state + 1);
}
KSSTATE previous(KSSTATE state) {
    return static_cast<KSSTATE>(state - 1);
}

} // namespace

Chain &Chain::operator=(Chain &&other) noexcept {
    if (this != &other) {
        close();
        release();
        filters_ = std::move(other.filters_);
        pins_ = std::move(other.pins_);
    }
    return *this;
}

void Chain::add(Link link) {
    pins_.push_back(std::move(link.sink));
    pins_.push_back(std::move(link.source));
}

NTSTATUS Chain::raise(KSSTATE from, KSSTATE to) {
    for (std::size_t i = 0; i < pins_.size(); ++i)
        if (const NTSTATUS status = set_state(pins_[i], to); !NT_SUCCESS(status)) {
            while (i-- > 0)
                (void)set_state(pins_[i], from);
            return status;
        }
    return STATUS_SUCCESS;
}

NTSTATUS Chain::lower(KSSTATE to) {
    NTSTATUS first = STATUS_SUCCESS;
    for (const KernelFile &pin : pins_ | std::views::reverse)
        if (const NTSTATUS status = set_state(pin, to); !NT_SUCCESS(status) && NT_SUCCESS(first))
            first = status;
    return first;
}

void Chain::close() {
    for (KernelFile &pin : pins_ | std::views::reverse)
        pin.close();
    filters_.clear();
}

void Chain::release() {
    for (KernelFile &pin : pins_ | std::views::reverse)
        pin.release();
}

KSSTATE SharedPart::highest() const {
    KSSTATE state = KSSTATE_STOP;
    for (const auto &[client, its] : states_)
        state = std::max(state, its);
    return state;
}

NTSTATUS SharedPart::raise(const void *client, KSSTATE to) {
    const KSSTATE before = highest();
    if (to > before)
        if (const NTSTATUS status = chain.raise(before, to); !NT_SUCCESS(status))
            return status;
    states_[client] = to;
    return STATUS_SUCCESS;
}

NTSTATUS SharedPart::lower(const void *client, KSSTATE to) {
    const KSSTATE before = highest();
    if (to == KSSTATE_STOP)
        states_.erase(client);
    else
        states_[client] = to;
    NTSTATUS first = STATUS_SUCCESS;
    for (KSSTATE state = before; state > highest();) {
        state = previous(state);
        if (const NTSTATUS status = chain.lower(state); !NT_SUCCESS(status) && NT_SUCCESS(first))
            first = status;
    }
    return first;
}

namespace {

class Builder {
  public:
    Builder(std::span<const FilterFacts> filters, const Path &path, Filters &open, Reason &refusal)
        : filters_(filters), path_(path),
          renders_(filters[path.end.filter].pins[path.end.pin].flow == KSPIN_DATAFLOW_IN),
          open_(open), refusal_(refusal) {
        for (std::size_t i = path.steps.size(); renders_ && i-- > 0;)
            if (filters[path.steps[i].filter].kind == FilterKind::mixer) {
                mixer_ = i;
                break;
            }
    }

    /// Null when nothing is shared.
    Result<std::shared_ptr<SharedPart>> shared_part() {
        if (!mixer_)
            return nullptr;
        const Path tail{{path_.steps.begin() + std::ptrdiff_t(*mixer_), path_.steps.end()},
                        path_.end};
        if (auto known = open_.shared_part(tail))
            return known;
        auto part = std::make_shared<SharedPart>();
        part->path = tail;
        part->mixer = KS_TRY(open(path_.steps[*mixer_].filter));
        part->chain = KS_TRY(chain(*mixer_, path_.steps.size(), part->mixer, nullptr));
        open_.remember(part);
        return part;
    }

    /// The client's own: the entry, and what links it to what is shared.
    Result<Chain> own(const SharedPart *shared, const KSPRIORITY &priority, const Format &format) {
        const PinOf entry = path_.entry();
        const bool at_mixer = shared && mixer_ == std::size_t{0};
        const auto filter = at_mixer ? shared->mixer : KS_TRY(open_own(entry.filter));
        KernelFile pin = KS_TRY(
            create_entry({*filter, filters_[entry.filter], entry.pin}, priority, format, refusal_));
        const std::size_t last = mixer_.value_or(path_.steps.size());
        Chain made = KS_TRY(chain(0, last, filter, &format, shared));
        made.keep(filter);
        made.add(std::move(pin));
        return made;
    }

  private:
    bool mixes(std::size_t step) const {
        return filters_[path_.steps[step].filter].kind == FilterKind::mixer;
    }
    bool is_own(std::size_t filter) const {
        const FilterKind kind = filters_[filter].kind;
        return kind == FilterKind::transform || kind == FilterKind::adapter ||
               (kind == FilterKind::mixer && !renders_);
    }
    Result<std::shared_ptr<const KernelFile>> open(std::size_t filter) {
        auto file = open_.shared_file(filters_[filter]);
        if (!file)
            refusal_ = {filters_[filter].name + " cannot be opened", {}};
        return file;
    }
    Result<std::shared_ptr<const KernelFile>> open_own(std::size_t filter) {
        if (!is_own(filter))
            return open(filter);
        auto file = KernelFile::open(filters_[filter].link);
        if (!file) {
            refusal_ = {filters_[filter].name + " cannot be opened", {}};
            return fail(file.error());
        }
        return std::make_shared<const KernelFile>(std::move(*file));
    }

    /// Links the far pins of steps `first` up to `last` to what is behind each. `filter` is the
    /// first's. A filter that stands between has one format on both sides, so that of the link
    /// beside is tried first; but a mixer converts. Up to that the format is the client's; what is
    /// behind it, or all without a `format`, is linked from the device on.
    Result<Chain> chain(std::size_t first, std::size_t last,
                        std::shared_ptr<const KernelFile> filter, const Format *format,
                        const SharedPart *shared = nullptr) {
        std::vector<std::shared_ptr<const KernelFile>> files{std::move(filter)};
        for (std::size_t i = first; i + 1 < last; ++i)
            files.push_back(KS_TRY(open_own(path_.behind(i).filter)));
        if (first < last) // the shared part is what a client's ends at
            files.push_back(shared ? shared->mixer
                                   : KS_TRY(open_own(path_.behind(last - 1).filter)));
        std::vector<Link> links(files.size() - 1);
        std::size_t clients = 0;
        for (; format && clients < links.size() && !mixes(first + clients); ++clients)
            links[clients] = KS_TRY(link(first + clients, *files[clients], *files[clients + 1],
                                         clients == 0 ? format : &links[clients - 1].format));
        const Format *beside = nullptr;
        for (std::size_t i = links.size(); i-- > clients;) {
            links[i] = KS_TRY(link(first + i, *files[i], *files[i + 1], beside));
            beside = mixes(first + i) ? nullptr : &links[i].format;
        }
        Chain made;
        for (auto &file : files)
            made.keep(std::move(file));
        for (std::size_t i = links.size(); i-- > 0;) // the device's side first
            made.add(std::move(links[i]));
        return made;
    }

    Result<Link> link(std::size_t step, const KernelFile &filter, const KernelFile &next,
                      const Format *format) {
        const PinOf behind = path_.behind(step);
        const Step &from = path_.steps[step];
        const LinkEnd far{filter, filters_[from.filter], from.far_pin};
        const LinkEnd end{next, filters_[behind.filter], behind.pin};
        const bool rendering = end.pin().flow == KSPIN_DATAFLOW_IN;
        Link made = KS_TRY(connect(rendering ? far : end, rendering ? end : far, format, refusal_));
        tell(far, end, made.format);
        return made;
    }

    static void tell(const LinkEnd &far, const LinkEnd &end, const Format &format) {
        const std::string from = describe(far.facts, far.pin_id),
                          to = describe(end.facts, end.pin_id), in = describe(format);
        current_kernel().trace().event("sysaudio.link", {{"from", std::string_view(from)},
                                                         {"to", std::string_view(to)},
                                                         {"format", std::string_view(in)}});
    }

    std::span<const FilterFacts> filters_;
    const Path &path_;
    const bool renders_; ///< else it captures, and mixers only convert
    Filters &open_;
    Reason &refusal_;
    std::optional<std::size_t> mixer_; ///< the step nearest to the device that is one
};

} // namespace

Result<std::unique_ptr<Graph>> Graph::build(std::span<const FilterFacts> filters, const Path &path,
                                            const KSPRIORITY &priority, const Format &format,
                                            Filters &open, Reason &refusal) {
    Builder builder(filters, path, open, refusal);
    auto graph = std::unique_ptr<Graph>(new Graph(path));
    graph->shared_ = KS_TRY(builder.shared_part());
    graph->own_ = KS_TRY(builder.own(graph->shared_.get(), priority, format));
    return graph;
}

NTSTATUS Graph::raise(KSSTATE to) {
    if (shared_)
        if (const NTSTATUS status = shared_->raise(this, to); !NT_SUCCESS(status))
            return status;
    const NTSTATUS status = own_.raise(state_, to);
    if (!NT_SUCCESS(status) && shared_)
        (void)shared_->lower(this, state_);
    return status;
}

NTSTATUS Graph::lower(KSSTATE to) {
    const NTSTATUS own = own_.lower(to);
    const NTSTATUS shared = shared_ ? shared_->lower(this, to) : STATUS_SUCCESS;
    return NT_SUCCESS(own) ? shared : own;
}

NTSTATUS Graph::set_state(KSSTATE to) {
    const KSSTATE from = state_;
    while (state_ < to) {
        if (const NTSTATUS status = raise(next(state_)); !NT_SUCCESS(status)) {
            for (; state_ > from; state_ = previous(state_))
                (void)lower(previous(state_));
            return status;
        }
        state_ = next(state_);
    }
    NTSTATUS first = STATUS_SUCCESS;
    for (; state_ > to; state_ = previous(state_))
        if (const NTSTATUS status = lower(previous(state_));
            !NT_SUCCESS(status) && NT_SUCCESS(first))
            first = status;
    return first;
}

void Graph::close() {
    own_.close();
    if (shared_)
        (void)shared_->lower(this, KSSTATE_STOP);
    shared_.reset();
}

} // namespace ksbox::sysaudio
