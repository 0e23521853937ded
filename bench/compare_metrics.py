#!/usr/bin/env python3
"""BLEU, chrF, TER, ROUGE and the stemmer side by side with sacrebleu, rouge-score and NLTK: the scores and the time.

    bench/compare_metrics.py --peer-python ENV/bin/python --work SCRATCH [--ours build/dev/bench/corpus_bench]
        [--metrics bleu_13a,chrf,...] [--repeats 5]

ENV is an existing Python environment with sacrebleu and rouge-score (which brings NLTK). corpus_bench writes its texts
below SCRATCH, and both sides score the same ones: 10,000 pairs of about 24 words, of which TER takes the first 1,000,
two texts of 3,000 words for rouge_l_long, and the words of the references for porter.

Each metric is measured --repeats times in turns, every time in new processes, so that nothing is cached. Times are of the
scoring alone: reading the texts, imports and start are left out on both sides. The peers run on one thread, as they are made;
mistral-eval runs on one and on two. Exits 1 unless all scores are equal, to the last digits of a double.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import timed_run

TER_PAIRS = 1000
TOLERANCE = 1e-12  # relative; both sides add and divide the same doubles

# Metrics with a second thread to use; the others are one text or one list of words.
OF_PAIRS = ("bleu_13a", "chrf", "chrf++", "ter", "rouge_stemmed")
METRICS = (*OF_PAIRS, "rouge_l_long", "porter")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--ours", default="build/dev/bench/corpus_bench", type=pathlib.Path)
    parser.add_argument("--metrics", default=",".join(METRICS))
    parser.add_argument("--repeats", default=5, type=int)
    args = parser.parse_args()
    args.metrics = args.metrics.split(",")
    for metric in args.metrics:
        if metric not in METRICS:
            timed_run.fail(f"{metric}: expected some of {', '.join(METRICS)}")
    for path in (args.peer_python, args.ours):
        if not path.exists():
            timed_run.fail(f"{path}: expected to exist; see --help for what each flag names")
    # Not resolve(): the interpreter of a virtual environment is a link whose place says which environment it is.
    for name in ("peer_python", "work", "ours"):
        setattr(args, name, getattr(args, name).absolute())
    return args


def read_lines(path):
    # Not splitlines(), which also splits at characters that are part of a text.
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def mean_fmeasures(scorer, targets, predictions):
    scores = [scorer.score(target, prediction) for target, prediction in zip(targets, predictions, strict=True)]
    return {kind: sum(score[kind].fmeasure for score in scores) / len(scores) for kind in scores[0]}


def digest(stems):
    """FNV-1a in 32 bits, as corpus_bench takes it."""
    value = 2166136261
    for byte in b"".join(stem.encode() + b"\0" for stem in stems):
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def peer_job(metric, folder):
    """What is to be timed, and what turns its result into scores. Runs in the peer's environment."""
    hypotheses = read_lines(folder / "hypotheses.txt")
    references = read_lines(folder / "references.txt")
    if metric in ("bleu_13a", "chrf", "chrf++", "ter"):
        from sacrebleu.metrics import BLEU, CHRF, TER

        scorer = {"bleu_13a": BLEU, "chrf": CHRF, "chrf++": lambda: CHRF(word_order=2), "ter": TER}[metric]()
        n = TER_PAIRS if metric == "ter" else len(hypotheses)
        return lambda: scorer.corpus_score(hypotheses[:n], [references[:n]]), lambda score: {"score": score.score}
    if metric == "porter":
        from nltk.stem.porter import PorterStemmer

        stemmer = PorterStemmer()
        words = read_lines(folder / "words.txt")
        return lambda: [stemmer.stem(word) for word in words], lambda stems: {"digest": digest(stems)}
    from rouge_score.rouge_scorer import RougeScorer

    if metric == "rouge_l_long":
        target, prediction = read_lines(folder / "long.txt")
        scorer = RougeScorer(["rougeL"], use_stemmer=False)
        return lambda: mean_fmeasures(scorer, [target], [prediction]), lambda scores: scores
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    return lambda: mean_fmeasures(scorer, references, hypotheses), lambda scores: scores


def be_peer(metric, folder):
    """Scores once and prints time and scores: this file run by the peer's interpreter."""
    job, scores_of = peer_job(metric, pathlib.Path(folder))
    begin, begin_cpu = time.perf_counter(), time.process_time()
    result = job()
    seconds, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
    print(json.dumps({"ms": 1000 * seconds, "cpu_ms": 1000 * cpu, "scores": scores_of(result)}))


def run_json(command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        timed_run.fail(f"exit code {done.returncode} from: {' '.join(str(part) for part in command)}")
    return json.loads(done.stdout)


def run_peer(args, metric):
    return run_json([args.peer_python, pathlib.Path(__file__).absolute(), "--as-peer", metric, args.work])


def run_ours(args, metric, threads):
    name = metric.replace("+", r"\+")
    command = [args.ours, f"--benchmark_filter=^{name}/threads:{threads}/", "--benchmark_min_time=0.3"]
    (entry,) = run_json([*command, "--benchmark_format=json"])["benchmarks"]
    scores = {name: entry[name] for name in ("score", "rouge1", "rouge2", "rougeL", "digest") if name in entry}
    return {"ms": entry["real_time"], "cpu_ms": entry["cpu_time"], "scores": scores}


def peer_versions(python):
    code = (
        "from importlib.metadata import version as v; import platform; "
        "print(', '.join(f'{p} {v(p)}' for p in ('sacrebleu', 'rouge-score', 'nltk', 'numpy')), "
        "'on Python', platform.python_version())"
    )
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def is_equal(a, b):
    return a.keys() == b.keys() and all(abs(a[k] - b[k]) <= TOLERANCE * max(1, abs(a[k])) for k in a)


def milliseconds(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def middle(runs, field="ms"):
    return statistics.median(run[field] for run in runs)


def spread(runs):
    return f"{milliseconds(min(r['ms'] for r in runs))} – {milliseconds(max(r['ms'] for r in runs))}"


def measure(args, metric):
    """A row of the table, and whether all runs of all sides gave the same scores."""
    peer, one, two = [], [], []
    for _ in range(args.repeats):
        peer.append(run_peer(args, metric))
        one.append(run_ours(args, metric, 1))
        if metric in OF_PAIRS:
            two.append(run_ours(args, metric, 2))
    equal = all(is_equal(run["scores"], peer[0]["scores"]) for run in peer + one + two)
    row = [metric, milliseconds(middle(peer)), spread(peer), milliseconds(middle(one)), spread(one)]
    row += [f"{middle(peer) / middle(one):.0f}", f"{middle(peer, 'cpu_ms') / middle(one, 'cpu_ms'):.0f}"]
    row += [milliseconds(middle(two)), f"{middle(peer) / middle(two):.0f}"] if two else ["", ""]
    if not equal:
        print(f"{metric}: peer {peer[0]['scores']}, ours {one[0]['scores']}")
    return [*row, "equal" if equal else "NO"], equal


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--as-peer":
        be_peer(*sys.argv[2:])
        return
    args = arguments()
    print(f"machine: {timed_run.machine()}, {platform.system()} {platform.release()}")
    print(f"peers: {peer_versions(args.peer_python)}")
    print(f"command: {' '.join(sys.argv)}\n", flush=True)
    args.work.mkdir(parents=True, exist_ok=True)
    subprocess.run([args.ours, f"--write_input={args.work}"], check=True)
    header = ["metric", "peer ms", "min – max", "ours ms", "min – max", "ratio", "of CPU time", "2 threads ms", "ratio"]
    rows, all_equal = [], True
    for metric in args.metrics:
        row, equal = measure(args, metric)
        rows.append(row)
        all_equal = all_equal and equal
        print(f"{metric}: done", file=sys.stderr, flush=True)
    print(timed_run.markdown_table([*header, "scores"], rows))
    print(f"\nmedians of {args.repeats} runs each, in turns; load {os.getloadavg()[0]:.2f} at the end")
    sys.exit(0 if all_equal else 1)


if __name__ == "__main__":
    main()
