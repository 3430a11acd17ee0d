#pragma once

namespace longwire::edge::net {

/// A place in at most one Ring. Leaves it when destroyed.
class RingNode {
  public:
    RingNode() = default;
    RingNode(const RingNode&) = delete;
    RingNode& operator=(const RingNode&) = delete;
    ~RingNode() { unlink(); }

    void unlink() {
        if (next_ == nullptr) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = previous_ = nullptr;
    }

    bool linked() const { return next_ != nullptr; }

  private:
    friend class Ring;
    RingNode* previous_ = nullptr;
    RingNode* next_ = nullptr;
};

/// Nodes in order, linked through themselves: every operation takes constant time and no memory. One thread.
class Ring {
  public:
    Ring() { head_.next_ = head_.previous_ = &head_; }
    ~Ring() {
        while (front() != nullptr) front()->unlink();
        head_.next_ = head_.previous_ = nullptr;
    }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    /// The node that was pushed first of those that are in; null if none.
    RingNode* front() const { return head_.next_ == &head_ ? nullptr : head_.next_; }

    /// Takes `node` to the end, out of whatever ring it was in.
    void push_back(RingNode& node) {
        node.unlink();
        node.previous_ = head_.previous_;
        node.next_ = &head_;
        head_.previous_->next_ = &node;
        head_.previous_ = &node;
    }

  private:
    RingNode head_;
};

}  // namespace longwire::edge::net
