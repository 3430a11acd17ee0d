#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "protocol/shared_text.h"

namespace longwire {

/// Very many values by their paths: each has a SharedText `path` that does not change, and keeps its address.
///
/// Beside a value and its path an entry costs 20 to 40 bytes, and the table never becomes smaller. The order of entries
/// depends on nothing but what was added and erased before.
template <class Value>
class PathTable {
  public:
    Value* find(std::string_view path) {
        const auto slot = slots_.find(Wanted{hash_of(path), path});
        return slot == slots_.end() ? nullptr : slot->value.get();
    }
    const Value* find(std::string_view path) const { return const_cast<PathTable&>(*this).find(path); }

    /// The path must be new.
    Value& add(std::unique_ptr<Value> value) {
        auto& added = *value;
        slots_.insert(Slot{hash_of(*added.path), std::move(value)});
        return added;
    }

    /// Nothing if there is none.
    std::unique_ptr<Value> take(std::string_view path) {
        const auto slot = slots_.find(Wanted{hash_of(path), path});
        if (slot == slots_.end()) return nullptr;
        // What is erased is empty by then, and its hash still the same.
        auto value = std::move(slot->value);
        slots_.erase(slot);
        return value;
    }

    bool erase(std::string_view path) { return take(path) != nullptr; }

    /// Values must be neither added nor erased meanwhile.
    template <class Visit>
    void for_each(Visit visit) {
        for (const auto& slot : slots_) visit(*slot.value);
    }
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& slot : slots_) visit(std::as_const(*slot.value));
    }

    template <class Test>
    void erase_if(Test test) {
        boost::unordered::erase_if(slots_, [&](const Slot& slot) { return test(*slot.value); });
    }

    std::size_t size() const { return slots_.size(); }
    bool empty() const { return slots_.empty(); }

  private:
    /// With its hash, so that the table grows without looking at each value.
    struct Slot {
        std::size_t hash;
        mutable std::unique_ptr<Value> value;
    };
    struct Wanted {
        std::size_t hash;
        std::string_view path;
    };
    struct Hash {
        using is_transparent = void;
        using is_avalanching = void;
        std::size_t operator()(const Slot& slot) const { return slot.hash; }
        std::size_t operator()(const Wanted& wanted) const { return wanted.hash; }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(const Slot& a, const Slot& b) const {
            return a.hash == b.hash && a.value->path == b.value->path;
        }
        bool operator()(const Slot& slot, const Wanted& wanted) const {
            return slot.hash == wanted.hash && *slot.value->path == wanted.path;
        }
        bool operator()(const Wanted& wanted, const Slot& slot) const { return (*this)(slot, wanted); }
    };

    static std::size_t hash_of(std::string_view path) { return std::hash<std::string_view>{}(path); }

    boost::unordered_flat_set<Slot, Hash, Equal> slots_;
};

}  // namespace longwire
