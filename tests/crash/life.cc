#include "tests/crash/life.h"

#include <algorithm>
#include <utility>

#include "tests/crash/workload.h"
#include "tests/engine/student.h"

namespace linedb::testing {
namespace {

class Living {
 public:
  Living(const DiskImage& image, const Plant& plant, DiskFault fault)
      : machine_(image), wrapped_(plant ? plant(machine_) : nullptr) {
    machine_.fault = fault;
    process_.machine = &machine_;
    process_.disk = wrapped_ != nullptr ? wrapped_.get() : &machine_;
  }
  ~Living() { process_.Kill(); }

  Life& life() { return life_; }
  Promise& promise() { return machine_.promise; }
  Process& process() { return process_; }
  bool has_fault() const { return machine_.fault.at != 0; }

  bool Open();
  // Begins with an empty database.
  void BeginStory();
  // False: it cannot go on.
  bool Take(const Step& step);
  Life End() {
    life_.last = machine_.promise;
    life_.journal = machine_.journal();
    life_.operations = machine_.operations();
    return std::move(life_);
  }

 private:
  int last_state() const { return static_cast<int>(life_.states.size()) - 1; }
  // The states that a step will make, behind those there are.
  void Foretell(const Step& step);
  bool Try(const Step& step);
  void Keep(Survives survives);
  void BelieveRefusal();
  bool Look();
  bool OpenAgain();
  void NoteFault() {
    if (machine_.fault.at == 0 || machine_.operations() < machine_.fault.at) return;
    if (life_.fault_at == 0) life_.fault_at = machine_.journal().size();
  }
  bool Fail(std::string trouble) {
    life_.trouble = std::move(trouble);
    return false;
  }

  JournalDisk machine_;
  std::unique_ptr<wal::FileSystem> wrapped_;
  Process process_;
  std::vector<Model> models_;  // of life_.states
  int begin_ = 0;              // the state before the step under way
  Life life_;
};

bool Living::Open() {
  absl::Status opened = process_.Open();
  NoteFault();
  if (!opened.ok() && has_fault()) opened = process_.Open();
  if (opened.ok()) return true;
  return has_fault() && machine_.fault.for_ever ? false : Fail("open: " + opened.ToString());
}

void Living::BeginStory() {
  models_.emplace_back();
  life_.states.push_back("");
}

void Living::Foretell(const Step& step) {
  begin_ = last_state();
  for (const std::function<void(Model&)>& change : step.changes) {
    models_.push_back(models_.back());
    change(models_.back());
    life_.states.push_back(models_.back().Text());
  }
}

// The program learns what there is: what it finds now has to stay. Of what was acknowledged and not
// written the end of a process, or a failure, may have taken some; the story goes on without it.
bool Living::Look() {
  const std::string seen = Observe(*process_.engine);
  const Promise& now = promise();
  for (int i = now.attempted; i >= now.written; --i) {
    if (life_.states[static_cast<std::size_t>(i)] != seen) continue;
    if (i < begin_) {
      models_.push_back(Model(models_[static_cast<std::size_t>(i)]));
      life_.states.push_back(seen);
      i = begin_ = last_state();
    }
    machine_.Tell(Promise::Exactly(i));
    return true;
  }
  return Fail("opened again, it shows another state:\n" + seen);
}

bool Living::OpenAgain() {
  process_.check_snapshot = {};
  process_.engine.reset();
  return Open() && Look();
}

void Living::Keep(Survives survives) {
  Promise& now = promise();
  if (survives == Survives::kNothing) return;
  now.written = now.attempted;
  if (survives == Survives::kPowerCut) now.synced = now.attempted;
}

// What was refused did not happen, and what was acknowledged before it did.
void Living::BelieveRefusal() {
  Promise told = promise();
  told.attempted = std::max(begin_ + process_.acknowledged, told.written);
  if (process_.acknowledged > 0) told = Promise::Exactly(told.attempted);
  machine_.Tell(told);
}

bool Living::Try(const Step& step) {
  if (process_.engine == nullptr) return false;
  process_.acknowledged = 0;
  const absl::Status done = step.act(process_);
  NoteFault();
  if (done.ok()) {
    Keep(step.survives);
    return !step.reopens || Look();
  }
  if (!has_fault() || absl::IsDataLoss(done)) return Fail(step.name + ": " + done.ToString());
  if (step.refusal_is_certain && absl::IsResourceExhausted(done)) BelieveRefusal();
  return false;
}

bool Living::Take(const Step& step) {
  Foretell(step);
  for (int attempt = 0; attempt < 3; ++attempt) {
    promise().attempted = last_state();
    if (Try(step)) return true;
    if (!life_.trouble.empty()) return false;
    if (attempt == 0) continue;  // on the same handle
    if (!OpenAgain()) return false;
    const int found = promise().attempted;
    if (!step.changes.empty() && found == begin_ + static_cast<int>(step.changes.size()))
      return true;
    // States that were foretold lie before those that the story goes on from.
    if (begin_ == last_state()) Foretell(step);
  }
  return machine_.fault.for_ever ? false : Fail(step.name + " fails again and again");
}

}  // namespace

Life Live(const std::vector<Step>& steps, const Plant& plant, DiskFault fault) {
  Living living({}, plant, fault);
  living.BeginStory();
  bool going = living.Open();
  for (const Step& step : steps) going = going && living.Take(step);
  return living.End();
}

Life Recover(const DiskImage& image, std::vector<std::string> states, Promise promise, int probe,
             const Plant& plant) {
  Living living(image, plant, {});
  Life& life = living.life();
  life.states = std::move(states);
  living.promise() = promise;
  if (!living.Open()) return living.End();
  std::string seen = Observe(*living.process().engine);
  if (std::find(life.states.begin() + promise.written, life.states.end(), seen) ==
      life.states.end()) {
    life.trouble = "recovered to another state:\n" + seen;
    return living.End();
  }
  // What it has shown once has to stay.
  life.states.push_back(seen);
  const int shown = static_cast<int>(life.states.size()) - 1;
  living.promise() = Promise::Exactly(shown);
  if (!TableOf<Student>(*living.process().engine).ok()) return living.End();
  life.states.push_back(WithProbe(seen, probe));
  living.promise().attempted = shown + 1;
  absl::Status done = TakeProbe(living.process(), probe);
  if (done.ok()) {
    living.promise() = Promise::Exactly(shown + 1);
    done = living.process().Close();
  }
  if (!done.ok()) life.trouble = "after the recovery: " + done.ToString();
  return living.End();
}

}  // namespace linedb::testing
