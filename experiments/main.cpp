// The entry of the program: its flags, and nothing else. The only file that knows CLI11.
#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>

#include "experiments/commands/commands.h"
#include "experiments/commands/unknown_flag.h"
#include "tensor/error.h"
#include "tensor/names.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace sand::experiments {
namespace {

// CLI11's own names for these print a range of 300 digits.
const CLI::Range kAtLeastOne(1, 1 << 30), kNotNegative(std::int64_t{0}, std::int64_t{1} << 62);

/// "one, two or three".
std::string either(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? "" : i + 1 < names.size() ? ", " : " or ") + names[i];
  return text;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> flags_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames())
      if (!option->get_group().empty()) names.push_back("--" + name);
  return names;
}

/// Throws what is wrong with the words after the name of the program, and what may have been meant: a command's name, or a flag
/// of the command that was chosen.
[[noreturn]] void refuse(const CLI::App& app, const CLI::ParseError& problem, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  std::size_t at = 0;
  std::string help = "sandgrad ";
  const auto is_next = [&](const CLI::App* other) { return at < words.size() && other->get_name() == words[at]; };
  std::vector<const CLI::App*> commands = commands_of(app);
  for (auto next = commands.end(); (next = std::find_if(commands.begin(), commands.end(), is_next)) != commands.end();) {
    command = *next;
    commands = commands_of(*command);
    help += words[at++] + " ";
  }
  std::vector<std::string> names;
  for (const CLI::App* other : commands) names.push_back(other->get_name());
  std::string other_case;
  if (!names.empty() && at < words.size() && !words[at].starts_with('-')) other_case = find_name("command", words[at], names);

  Error error(Fault::usage, names.empty() || at < words.size() ? problem.what() : "a command is needed");
  if (!names.empty()) error.fact("known", either(names));
  if (!other_case.empty()) error.hint("did you mean " + other_case + "?");
  const std::vector<std::string> known = flags_of(*command);
  for (; at < words.size(); ++at) {
    const std::size_t end = words[at].find('=');
    const std::string flag = words[at].substr(0, end), value = end != std::string::npos ? words[at].substr(end + 1)
                                                               : at + 1 < words.size()  ? words[at + 1]
                                                                                        : "";
    const bool is_flag = flag.starts_with('-') && flag.find_first_not_of("-.0123456789") != std::string::npos;
    if (!is_flag || std::find(known.begin(), known.end(), flag) != known.end()) continue;
    if (const std::string hint = hint_on_flag(flag, value, known); !hint.empty()) error.hint(hint);
  }
  throw error.hint(help + "--help");
}

void add_photo_flags(CLI::App* command, int& image_size, bool& skip_unreadable, bool& follow_links) {
  command->add_option("--image-size,--image_size", image_size, "pixels of a side of a photo")
      ->check(CLI::Range(8, 512))
      ->capture_default_str();
  command->add_flag("--skip-unreadable", skip_unreadable, "leave out photos that cannot be read; each is named on stderr");
  command->add_flag("--follow-links", follow_links, "read photos, classes and domains that are symbolic links");
}

void add_train(CLI::App& app, TrainOptions& o, std::function<int()>& chosen) {
  CLI::App* c = app.add_subcommand("train", "Train one network and keep its records");
  RunRequest& r = o.request;
  c->add_option("--dataset", r.dataset, either(data_set_names()))->capture_default_str();
  c->add_option("--algorithm", r.algorithm, "ERM, ANDMask, GeometricMean or SANDMask")->capture_default_str();
  c->add_option("--protocol", r.protocol, "domainbed, ilc, irm, or auto: that of the paper which made the data set")->capture_default_str();
  c->add_option("--test-envs,--test_envs", r.test_envs, "domains to leave out of training")->check(kNotNegative);
  c->add_option("--data-dir,--data_dir", r.data_dir, "data directory: MNIST, or folders of photos");
  c->add_option("--digits", r.digits, "mnist, generated, or auto: MNIST where --data-dir is given")->capture_default_str();
  add_photo_flags(c, r.image_size, r.skip_unreadable, r.follow_links);
  c->add_flag("--no-augment", r.no_augment, "train on photos as they are, not cropped, mirrored and recoloured");
  c->add_option("--hparams", r.hparams, R"(hyper-parameters as JSON: '{"tau": 0.9, "k": 10, "lr": 1e-3}')");
  c->add_option("--hparams-seed,--hparams_seed", r.hparams_seed, "draws hyper-parameters as DomainBed; 0 for the standard ones")
      ->check(kNotNegative);
  c->add_option("--trial-seed,--trial_seed", r.trial_seed, "seed of data and splits")->check(kNotNegative);
  c->add_option("--seed", r.seed, "seed of weights, batches and dropout")->check(kNotNegative);
  c->add_option("--model", r.model, "MLP, MNIST_CNN, SmallCNN, or auto: DomainBed's choice for the data set")->capture_default_str();
  c->add_option("--convolution", r.convolution, "winograd: in tiles where that is faster; direct: term by term")->capture_default_str();
  c->add_option("--init-from,--init_from", r.init_from, "a safetensors file with the first weights; a checkpoint is one, too");
  c->add_option("--steps", r.steps, "updates")->check(kAtLeastOne);
  c->add_option("--record-every,--checkpoint_freq", r.record_every, "steps from one record to the next: DomainBed's --checkpoint_freq")
      ->check(kAtLeastOne);
  c->add_option("--evaluate-every,--evaluate_every", r.evaluate_every,
                "steps from one evaluation to the next; without it, every record has one")
      ->check(kAtLeastOne);
  c->add_option("--evaluate-examples,--evaluate_examples", r.evaluate_examples,
                "examples of every part to evaluate, always the same; without it, all")
      ->check(kAtLeastOne);
  c->add_flag("--test-at-end", r.test_at_end, "evaluate the test domains only after the last step");
  c->add_option("--holdout-fraction,--holdout_fraction", r.holdout_fraction, "share of every domain that is kept out of training")
      ->check(CLI::Range(0.0, 1.0));
  c->add_flag("--decoupled-decay", r.decoupled_decay, "weight decay past the mask and Adam (AdamW)");
  c->add_flag("--mask-update", r.mask_update, "a weight whose mask is 0 does not move at all");
  c->add_flag("--allow-closed", r.allow_closed, "accept settings under which nothing can be learned");
  c->add_option("--output-dir,--output_dir", o.output_dir, "the run directory; without one nothing is kept")
      ->check(
          [](const std::string& path) { return std::string(path.empty() ? "must not be empty; without the option nothing is kept" : ""); });
  c->add_flag("--fresh", o.fresh, "start over in a run directory that holds a run; without it that run goes on");
  c->add_flag("--no-lock", o.no_lock, "train without a lock on the run directory, where its file system has none");
  c->add_option("--checkpoint-every,--checkpoint_every", o.checkpoint_every,
                "steps from one saved state to the next; without it, whenever accuracies are measured")
      ->check(kAtLeastOne);
  c->add_option("--threads", o.threads, "0 for every core; the numbers are the same for any")->check(CLI::Range(0, 1024));
  c->add_flag("--json", o.json, "records on stdout as JSON lines");
  c->callback([&] { chosen = [&] { return train_command(o); }; });
}

void add_demo(CLI::App& app, DemoOptions& o, std::function<int()>& chosen) {
  CLI::App* c = app.add_subcommand("demo", "ERM, AND-mask and SAND-mask side by side, in about a minute");
  c->add_option("--threads", o.threads, "0 for every core")->check(CLI::Range(0, 1024));
  c->callback([&] { chosen = [&] { return demo_command(o); }; });
}

void add_bench(CLI::App& app, BenchOptions& o, std::function<int()>& chosen) {
  CLI::App* c = app.add_subcommand("bench", "Time updates on random data");
  c->add_option("--case", o.bench_case, "ilc, irm, mnist or pacs")->capture_default_str();
  c->add_option("--phase", o.phase, "train: whole updates; evaluate: predictions of as many rows")->capture_default_str();
  c->add_option("--convolution", o.convolution, "winograd or direct")->capture_default_str();
  c->add_option("--algorithm", o.algorithm)->capture_default_str();
  c->add_option("--threads", o.threads, "0 for every core")->check(CLI::Range(0, 1024));
  c->add_option("--steps", o.steps, "updates that are timed")->check(CLI::Range(1, 1000000))->capture_default_str();
  c->add_option("--domains", o.domains, "number of domains (default: that of the case)")->check(CLI::Range(1, 4096));
  c->add_option("--rows", o.rows, "rows of every domain (default: those of the case)")->check(CLI::Range(1, 1000000));
  c->add_flag("--kernels", o.kernels, "the ladder of convolutions, from plain loops to tiles, and the peak of a core");
  c->add_flag("--json", o.json, "one JSON line");
  c->callback([&] { chosen = [&] { return bench_command(o); }; });
}

void add_verify(CLI::App& app, VerifyOptions& o, std::function<int()>& chosen) {
  CLI::App* c = app.add_subcommand("verify", "Make a recorded run again and compare every bit");
  c->add_option("run", o.run, "the --output-dir of the run")->required();
  c->add_option("--data-dir,--data_dir", o.data_dir, "data directory (default: the one in the record)");
  c->add_option("--from-step", o.from_step, "go on after this step, which must have a checkpoint")->check(CLI::NonNegativeNumber);
  c->add_option("--to-step", o.to_step, "the last step that is made again")->check(CLI::NonNegativeNumber);
  c->add_option("--expect-chain,--expect_chain", o.expect_chain, "the chain of the last record, as it was published elsewhere");
  c->add_flag("--second-opinion", o.second_opinion, "gradients of some steps once more, in double and with plain loops");
  c->add_option("--opinion-on", o.opinion_on)->group("");  // what the other program is asked with
  c->add_option("--threads", o.threads, "0 for every core")->check(CLI::Range(0, 1024));
  c->callback([&] { chosen = [&] { return verify_command(o); }; });
}

void add_inspect(CLI::App& app, InspectOptions& o, std::function<int()>& chosen) {
  CLI::App* c = app.add_subcommand("inspect", "The explanation of one weight in one step of a recorded run");
  c->add_option("run", o.run, "the --output-dir of the run")->required();
  c->add_option("--step", o.step, "the update, from 0")->required();
  c->add_option("--weight", o.weights, "'linear1.weight[12,40]'; may be given again");
  c->add_option("--layer", o.layer, "ranges of mask, agreement and gradients of a whole tensor: linear1.weight");
  c->add_option("--heat-map,--heat_map", o.heat_map, "a PNG of the layer's mask and agreement");
  c->add_option("--data-dir,--data_dir", o.data_dir, "data directory (default: the one in the record)");
  c->add_option("--threads", o.threads, "0 for every core")->check(CLI::Range(0, 1024));
  c->add_flag("--json", o.json, "one JSON object a line");
  c->callback([&] { chosen = [&] { return inspect_command(o); }; });
}

void add_step(CLI::App& app, StepOptions& o, std::function<int()>& chosen) {
  CLI::App* c = app.add_subcommand("step", "One update as a function of files (safetensors)");
  c->add_option("--model", o.model, "mlp:18-256-256-2, MNIST_CNN:2x28x28-2 or SmallCNN:3x64x64-7")->required();
  c->add_option("--convolution", o.convolution, "winograd or direct")->capture_default_str();
  c->add_option("--activation", o.activation, "relu, leaky_relu or tanh")->capture_default_str();
  c->add_option("--algorithm", o.algorithm)->capture_default_str();
  c->add_option("--hparams", o.hparams, R"('{"lr": 1e-3, "tau": 0.5, "k": 10, "weight_decay": 0}')");
  c->add_option("--in", o.in, "weights, x0, y0, x1, y1, ..., perhaps Adam's state");
  c->add_option("--out", o.out, "losses, gradients, masks, directions, new weights, Adam's state");
  c->add_option("--explain", o.explain, "tell how weights came to move: 'linear0.weight[12,3]', perhaps several")->expected(1, -1);
  c->add_option("--explain-layer", o.explain_layer, "ranges of mask, agreement and gradients of a parameter tensor");
  c->add_option("--heat-map", o.heat_map, "a PNG of its mask (left) and agreement (right)")->needs("--explain-layer");
  c->add_flag("--json", o.json, "what is explained as JSON lines");
  c->add_flag("--decoupled-decay", o.decoupled_decay, "weight decay past the mask and Adam (AdamW)");
  c->add_flag("--mask-update", o.mask_update, "a weight whose mask is 0 does not move at all");
  c->add_flag("--slots", o.slots, "print the parameters' names and shapes as JSON, and stop");
  c->add_flag("--allow-closed", o.allow_closed, "accept settings under which nothing can be learned");
  c->add_option("--threads", o.threads, "0 for every core")->check(CLI::Range(0, 1024));
  c->callback([&] { chosen = [&] { return step_command(o); }; });
}

void add_trace(CLI::App& app, TraceOptions& o, std::function<int()>& chosen) {
  CLI::App* c = app.add_subcommand("trace", "Print the tape of one pass: operations, shapes, formulas, lines of source");
  c->add_option("--model", o.model, "mlp:18-256-256-2, MNIST_CNN:2x28x28-2 or SmallCNN:3x64x64-7")->required();
  c->add_option("--convolution", o.convolution, "winograd or direct")->capture_default_str();
  c->add_option("--activation", o.activation, "relu, leaky_relu or tanh")->capture_default_str();
  c->add_option("--rows", o.rows, "generated examples")->check(CLI::Range(1, 4096))->capture_default_str();
  c->callback([&] { chosen = [&] { return trace_command(o); }; });
}

void add_data(CLI::App& app, DataShowOptions& o, std::function<int()>& chosen) {
  CLI::App* data = app.add_subcommand("data", "Look at data sets");
  data->require_subcommand(1);
  CLI::App* c = data->add_subcommand("show", "Draw examples of every domain as a PNG");
  c->add_option("name", o.request.name, either(data_set_names()))->required();
  c->add_option("--out", o.out, "the PNG")->capture_default_str();
  c->add_option("--data-dir,--data_dir", o.request.data_dir, "data directory: MNIST, or folders of photos");
  c->add_option("--digits", o.request.digits, "mnist, generated or auto")->capture_default_str();
  c->add_option("--trial-seed,--trial_seed", o.request.seed, "seed of the data");
  add_photo_flags(c, o.request.image_size, o.request.skip_unreadable, o.request.follow_links);
  c->add_flag("--augment", o.augment, "photos cropped, mirrored and recoloured, as they are trained on");
  c->add_option("--examples", o.examples, "examples in a row")->capture_default_str();
  c->callback([&] { chosen = [&] { return data_show_command(o); }; });
}

void add_doctor(CLI::App& app, DoctorOptions& o, std::function<int()>& chosen) {
  CLI::App* c = app.add_subcommand("doctor", "What to paste into a bug report");
  c->add_option("--threads", o.threads, "0 for every core")->check(CLI::Range(0, 1024));
  c->add_flag("--bits", o.bits, "only the hashes of short runs, which are the same on every machine (tests/golden/bits.txt)");
  c->callback([&] { chosen = [&] { return doctor_command(o); }; });
}

int run(int argc, char** argv) {
  CLI::App app("Deep learning whose optimizer sees one gradient per domain", "sandgrad");
  app.set_version_flag("--version", "sandgrad " SANDGRAD_VERSION);
  app.require_subcommand(1);
  TrainOptions train;
  VerifyOptions verify;
  InspectOptions inspect;
  DemoOptions demo;
  BenchOptions bench;
  StepOptions step;
  TraceOptions trace;
  DataShowOptions show;
  DoctorOptions doctor;
  std::function<int()> chosen;
  add_train(app, train, chosen);
  add_verify(app, verify, chosen);
  add_inspect(app, inspect, chosen);
  add_demo(app, demo, chosen);
  add_bench(app, bench, chosen);
  add_step(app, step, chosen);
  add_trace(app, trace, chosen);
  add_data(app, show, chosen);
  add_doctor(app, doctor, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);  // --help, --version
    refuse(app, problem, {argv + 1, argv + argc});
  }
  return chosen();
}

/// Puts /dev/null where a standard stream is closed, else the next file that is opened would be that stream. Opened the other way
/// round, it takes and gives as little as a closed stream.
void fill_standard_streams() {
  for (const int stream : {0, 1, 2})
    if (::fcntl(stream, F_GETFD) < 0 && ::open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY) != stream)
      std::_Exit(static_cast<int>(Fault::io));
}

}  // namespace
}  // namespace sand::experiments

int main(int argc, char** argv) {
  sand::experiments::fill_standard_streams();
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 17);  // large blocks go back to the system when they are freed, always, so that memory can be foretold
#endif
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk, and no sudden death
  try {
    const int code = sand::experiments::run(argc, argv);
    sand::check(std::fflush(stdout) == 0 && std::ferror(stdout) == 0,
                [] { return sand::Error(sand::Fault::io, "stdout: writing failed; is the disk full?"); });
    return code;
  } catch (const sand::Error& error) {
    std::fprintf(stderr, "sandgrad: %s\n", error.what());
    return static_cast<int>(error.fault());
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "sandgrad: no memory left\n");
    return static_cast<int>(sand::Fault::resources);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sandgrad: internal error: %s\n", error.what());
    return static_cast<int>(sand::Fault::internal);
  }
}
