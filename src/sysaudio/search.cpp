// The search for graphs.
#include "sysaudio/search.h"

#include <algorithm>
#include <deque>

#include <fmt/format.h>

namespace ksbox::sysaudio {
namespace {

constexpr std::size_t most_steps = 3;

/// A path under construction, from the device on.
struct Partial {
    std::vector<Step> steps; ///< the device's neighbour first
    PinOf open;              ///< what comes next is linked to this pin
};

class Search {
  public:
    Search(std::span<const FilterFacts> filters, const Wanted &wanted)
        : filters_(filters), wanted_(wanted) {
        // Mixers first.
        for (const bool mixers : {true, false})
            for (std::size_t i = 0; i < filters.size(); ++i)
                if ((filters[i].kind == FilterKind::mixer) == mixers && may_be_step(i))
                    order_.push_back(i);
    }

    Found run() {
        std::deque<Partial> waiting{{{}, wanted_.end}};
        while (!waiting.empty()) {
            const Partial partial = std::move(waiting.front());
            waiting.pop_front();
            if (complete(partial)) {
                found_.path = Path{{partial.steps.rbegin(), partial.steps.rend()}, wanted_.end};
                return std::move(found_);
            }
            if (partial.steps.size() < most_steps)
                for (const std::size_t filter : order_)
                    extend(partial, filter, waiting);
        }
        return std::move(found_);
    }

  private:
    const PinFacts &pin(PinOf which) const { return filters_[which.filter].pins[which.pin]; }

    bool may_be_step(std::size_t filter) const {
        const FilterKind kind = filters_[filter].kind;
        if (filter == wanted_.end.filter || kind == FilterKind::wave ||
            kind == FilterKind::topology || wanted_.through == Through::nothing)
            return false;
        return wanted_.filter == filter || wanted_.through == Through::anything ||
               kind != FilterKind::transform;
    }

    bool complete(const Partial &partial) {
        if (!serves_clients(pin(partial.open))) {
            if (partial.steps.empty())
                found_.why_not.push_back(
                    fmt::format("{} takes no streaming requests of clients",
                                describe(filters_[partial.open.filter], partial.open.pin)));
            return false;
        }
        const auto has = [&](auto &&test) { return std::ranges::any_of(partial.steps, test); };
        if (wanted_.filter && !has([&](const Step &one) { return one.filter == *wanted_.filter; }))
            return false;
        return wanted_.through != Through::mixing ||
               has([&](const Step &one) { return filters_[one.filter].kind == FilterKind::mixer; });
    }

    void extend(const Partial &partial, std::size_t filter, std::deque<Partial> &waiting) {
        const PinFacts &open = pin(partial.open);
        const bool rendering = open.flow == KSPIN_DATAFLOW_IN;
        if (std::ranges::find(partial.steps, filter, &Step::filter) != partial.steps.end())
            return;
        const FilterFacts &step = filters_[filter], &before = filters_[partial.open.filter];
        for (const PinFacts &far : step.pins) {
            if (far.flow == open.flow || far.possible == 0 || !carries_sound(far))
                continue;
            const auto why = rendering ? why_unlinked(step, far, before, open)
                                       : why_unlinked(before, open, step, far);
            if (why) {
                found_.why_not.push_back(*why);
                continue;
            }
            for (const PinFacts &near : step.pins)
                if (near.flow == open.flow && near.possible != 0 && carries_sound(near)) {
                    Partial longer = partial;
                    longer.steps.push_back({filter, near.id, far.id});
                    longer.open = {filter, near.id};
                    waiting.push_back(std::move(longer));
                }
        }
    }

    std::span<const FilterFacts> filters_;
    const Wanted &wanted_;
    std::vector<std::size_t> order_;
    Found found_;
};

} // namespace

Found find_path(std::span<const FilterFacts> filters, const Wanted &wanted) {
    return Search(filters, wanted).run();
}

PinOf format_pin(std::span<const FilterFacts> filters, const Path &path) {
    for (const Step &step : path.steps)
        if (filters[step.filter].kind != FilterKind::adapter)
            return {step.filter, step.near_pin};
    return path.end;
}

std::string describe(const FilterFacts &filter, ULONG pin) {
    return fmt::format("{} pin {}", filter.name, pin);
}

std::string describe(std::span<const FilterFacts> filters, const Path &path) {
    std::string text = "client";
    const bool rendering = filters[path.end.filter].pins[path.end.pin].flow == KSPIN_DATAFLOW_IN;
    const char *arrow = rendering ? " > " : " < ";
    for (const Step &step : path.steps)
        text += arrow + describe(filters[step.filter], step.near_pin) + ", " +
                describe(filters[step.filter], step.far_pin);
    return text + arrow + describe(filters[path.end.filter], path.end.pin);
}

} // namespace ksbox::sysaudio
