#include "stress/stress_box.h"

#include <chrono>
#include <cstdlib>
#include <ostream>
#include <sstream>

#include "nt/kernel.h"
#include "nt/mm/pool.h"
#include "nt/ob/object_header.h"

namespace ksbox::stress {
namespace {

/// System worker threads are made when there is work for more of them, and stay.
bool is_thread(const mm::PoolBlock &block) {
    if (block.tag != ob::ObjectHeader::tag)
        return false;
    const auto *header = static_cast<const ob::ObjectHeader *>(block.address);
    return header->magic == ob::ObjectHeader::live && header->type == ob::ObjectType::thread;
}

std::vector<mm::PoolBlock> blocks_of(Box &box) {
    std::vector<mm::PoolBlock> blocks = box.kernel().pool().outstanding(
        nullptr, reinterpret_cast<const void *>(~std::uintptr_t(0)));
    std::erase_if(blocks, is_thread);
    return blocks;
}

} // namespace

unsigned stress_seconds() {
    const char *text = std::getenv("KSBOX_STRESS_SECONDS");
    return text ? unsigned(std::atoi(text)) : 2;
}

void PrintTo(const Holdings &holdings, std::ostream *stream) {
    *stream << holdings.pool_blocks << " pool blocks of " << holdings.pool_bytes << " bytes";
}

Holdings holdings_of(Box &box) {
    Holdings holdings;
    for (const mm::PoolBlock &block : blocks_of(box)) {
        ++holdings.pool_blocks;
        holdings.pool_bytes += block.bytes;
    }
    return holdings;
}

std::string newest_blocks(Box &box, std::size_t count) {
    const auto blocks = blocks_of(box);
    std::ostringstream text;
    for (std::size_t i = blocks.size() - std::min(count, blocks.size()); i < blocks.size(); ++i)
        text << "'" << mm::tag_text(blocks[i].tag) << "' " << blocks[i].bytes << " bytes, number "
             << blocks[i].sequence << "\n";
    return text.str();
}

Stress::Stress() {
    Client &client = box.client("first");
    for (const char *name : {"cable", "camera", "gain", "legacycard", "pcicard", "speaker"}) {
        drivers.push_back(&box.load(testing::driver_path(name)));
        for (const InterfaceFacts &one : drivers.back()->filters()) {
            if (FilterKind kind = learn(client, one.path); !kind.pins.empty())
                kinds.push_back(std::move(kind));
            if (std::string(name) == "gain")
                gain = one.path;
        }
    }
    box.destroy(client);
}

void Stress::expect_clean_unload() {
    for (Driver *driver : drivers)
        for (const std::string &left : driver->unload())
            ADD_FAILURE() << driver->name() << ": " << left;
}

std::function<bool()> Stress::more(unsigned times) {
    if (GetParam()) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(stress_seconds());
        return [end] { return std::chrono::steady_clock::now() < end; };
    }
    return [times]() mutable { return times-- > 0; };
}

} // namespace ksbox::stress
