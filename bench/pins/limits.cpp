// The least: a property is a table look-up and a call; a pin is something that has to be opened and
// closed, which costs two system calls when a process asks its kernel for it.
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <unistd.h>
#include <vector>

#include "ksbox/guid.h"
#include "pins/sides.h"

namespace ksbox::bench {

namespace {

struct Item {
    std::uint32_t id;
    int (*get)(std::uint64_t &value);
};
struct Set {
    Guid guid;
    std::vector<Item> items;
};

int get_zero(std::uint64_t &value) {
    value = 0;
    return 0;
}

// A request copied in, its set and id looked up among as many as cable has, the value copied out.
class Table {
  public:
    Table() {
        for (std::uint32_t set = 0; set < 4; ++set) {
            sets_.push_back({Guid{set, 1, 2, {}}, {}});
            for (std::uint32_t id = 0; id < 6; ++id)
                sets_.back().items.push_back({id, get_zero});
        }
    }

    std::uint64_t get(const Guid &guid, std::uint32_t id) {
        struct {
            Guid guid;
            std::uint32_t id, flags;
        } request{guid, id, 1}, captured;
        std::memcpy(&captured, &request, sizeof captured);
        std::uint64_t value = ~0ULL, answer = ~0ULL;
        for (const Set &set : sets_)
            if (std::memcmp(&set.guid, &captured.guid, sizeof(Guid)) == 0)
                for (const Item &item : set.items)
                    if (item.id == captured.id && item.get(value) == 0)
                        std::memcpy(&answer, &value, sizeof answer);
        return answer;
    }

  private:
    std::vector<Set> sets_;
};

} // namespace

Work handler_calls() {
    return [table = std::make_shared<Table>()](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i)
            if (table->get({3, 1, 2, {}}, 5) != 0)
                throw std::logic_error("the value is wrong");
    };
}

Work device_opens() {
    return [](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            const int file = open("/dev/null", O_RDWR | O_CLOEXEC);
            if (file < 0 || close(file) != 0)
                throw std::runtime_error("/dev/null cannot be opened");
        }
    };
}

} // namespace ksbox::bench
