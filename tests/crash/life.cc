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
  // False: it cannot go on.
  bool Take(const Step& step);
  Life End() {
    life_.last = machine_.promise;
    life_.journal = machine_.journal();
    life_.operations = machine_.operations();
    return std::move(life_);
  }

 private:
  bool Try(const Step& step);
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
  Model model_;
  Life life_;
};

bool Living::Open() {
  absl::Status opened = process_.Open();
  NoteFault();
  if (!opened.ok() && has_fault()) opened = process_.Open();
  if (opened.ok()) return true;
  return has_fault() && machine_.fault.for_ever ? false : Fail("open: " + opened.ToString());
}

// The program learns what became of the step: whatever it finds now has to stay.
bool Living::OpenAgain() {
  process_.engine.reset();
  if (!Open()) return false;
  const std::string seen = Observe(*process_.engine);
  Promise& now = promise();
  for (int i = now.attempted; i >= now.acknowledged; --i) {
    if (life_.states[static_cast<std::size_t>(i)] != seen) continue;
    machine_.Tell({i, i});
    return true;
  }
  return Fail("opened again after a fault, it shows another state:\n" + seen);
}

bool Living::Try(const Step& step) {
  if (process_.engine == nullptr) return false;
  const absl::Status done = step.act(process_);
  NoteFault();
  if (done.ok()) {
    promise().acknowledged = promise().attempted;
    return true;
  }
  if (!has_fault()) return Fail(step.name + ": " + done.ToString());
  if (step.refusal_is_certain && absl::IsResourceExhausted(done)) {
    machine_.Tell({promise().acknowledged, promise().acknowledged});
  }
  return false;
}

bool Living::Take(const Step& step) {
  Promise& now = promise();
  const int before = now.acknowledged;
  if (step.change) {
    step.change(model_);
    life_.states.push_back(model_.Text());
  }
  const int after = static_cast<int>(life_.states.size()) - 1;
  for (int attempt = 0; attempt < 3; ++attempt) {
    now.attempted = after;
    if (Try(step)) return true;
    if (!life_.trouble.empty()) return false;
    if (attempt == 0) continue;  // on the same handle
    if (!OpenAgain()) return false;
    if (now.acknowledged == after && after > before) return true;
  }
  return machine_.fault.for_ever ? false : Fail(step.name + " fails again and again");
}

}  // namespace

Life Live(const std::vector<Step>& steps, const Plant& plant, DiskFault fault) {
  Living living({}, plant, fault);
  living.life().states.push_back("");
  bool going = living.Open();
  for (const Step& step : steps) going = going && living.Take(step);
  return living.End();
}

Life Recover(const DiskImage& image, std::vector<std::string> states, int probe,
             const Plant& plant) {
  Living living(image, plant, {});
  Life& life = living.life();
  life.states = std::move(states);
  living.promise() = {0, static_cast<int>(life.states.size()) - 1};
  if (!living.Open()) return living.End();
  std::string seen = Observe(*living.process().engine);
  if (std::find(life.states.begin(), life.states.end(), seen) == life.states.end()) {
    life.trouble = "recovered to another state:\n" + seen;
    return living.End();
  }
  // What it has shown once has to stay.
  life.states.push_back(seen);
  const int shown = static_cast<int>(life.states.size()) - 1;
  living.promise() = {shown, shown};
  if (!TableOf<Student>(*living.process().engine).ok()) return living.End();
  life.states.push_back(WithProbe(seen, probe));
  living.promise().attempted = shown + 1;
  absl::Status done = TakeProbe(living.process(), probe);
  if (done.ok()) {
    living.promise().acknowledged = shown + 1;
    done = living.process().Close();
  }
  if (!done.ok()) life.trouble = "after the recovery: " + done.ToString();
  return living.End();
}

}  // namespace linedb::testing
