// The least: objects in a hash table, by a number that their user has. One is allocated, entered
// and taken out again; one is looked up and handed a number.
#include <memory>
#include <stdexcept>
#include <unordered_map>

#include "instances/sides.h"

namespace ksbox::bench {

namespace {

struct Entry {
    int (*take)(Entry &entry, std::uint64_t number);
    std::uint64_t taken;
};

int take_next(Entry &entry, std::uint64_t number) {
    if (number != entry.taken)
        return -1;
    ++entry.taken;
    return 0;
}

class Table {
  public:
    explicit Table(unsigned count) {
        for (unsigned i = 0; i < count; ++i)
            add();
    }

    void add_and_remove(std::uint64_t times) {
        for (std::uint64_t i = 0; i < times; ++i)
            if (entries_.erase(add()) != 1)
                throw std::logic_error("an entry is missing");
    }

    void give(std::uint64_t numbers) {
        const std::uint64_t handle = entries_.size() / 2;
        for (std::uint64_t i = 0; i < numbers; ++i) {
            Entry &entry = *entries_.at(handle);
            if (entry.take(entry, sent_++) != 0)
                throw std::logic_error("a number was refused");
        }
    }

  private:
    std::uint64_t add() {
        const std::uint64_t handle = next_++;
        entries_.emplace(handle, std::make_unique<Entry>(Entry{take_next, 0}));
        return handle;
    }

    std::unordered_map<std::uint64_t, std::unique_ptr<Entry>> entries_;
    std::uint64_t next_ = 0, sent_ = 0;
};

} // namespace

Work entry_beside(unsigned others) {
    return [table = std::make_shared<Table>(others)](std::uint64_t times) {
        table->add_and_remove(times);
    };
}

Work numbers_to_one_entry(unsigned entries) {
    return
        [table = std::make_shared<Table>(entries)](std::uint64_t numbers) { table->give(numbers); };
}

} // namespace ksbox::bench
