// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.explain.log.LogFinding;
import io.podidentity.podid.explain.log.LogReading;
import io.podidentity.podid.kubectl.Part;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Says in the API server's own words which pods a workload has, why one of them does not start, and why there is none.
 */
final class WorkloadPods {

    /** Nothing is concluded from what is younger: a container starts, a controller acts. */
    private static final Duration STARTING = Duration.ofSeconds(30);

    /** What a container waits for while all is well. */
    private static final Set<String> NORMAL = Set.of("", "ContainerCreating", "PodInitializing");

    private final Live live;
    private final String kind;
    private final String name;
    private final Part workload;
    /** ReplicaSets or jobs that the workload has made, the newest first. */
    private final List<Part> makers;

    private final List<Part> pods;

    WorkloadPods(Live live, String kind, String name) {
        this.live = live;
        this.kind = kind;
        this.name = name;
        this.workload = live.find(kind, live.namespace(), name).orElse(Part.NONE);
        this.makers = Stream.concat(live.of("ReplicaSet"), live.of("Job"))
                .filter(one -> one.ownerOf(kind).equals(name))
                .sorted(Comparator.comparing(Part::created).reversed())
                .toList();
        this.pods = live.podsOf(live.objects(), kind, name);
    }

    List<Part> all() {
        return pods;
    }

    /** Those that run or are to run: neither ended nor being deleted. */
    List<Part> active() {
        return pods.stream().filter(pod -> !isEnded(pod)).toList();
    }

    private static boolean isEnded(Part pod) {
        return Set.of("Succeeded", "Failed").contains(pod.text("status", "phase"));
    }

    /** The specification of the pods that the workload makes, or of the pod itself. */
    Part template() {
        return workload.podSpec();
    }

    List<Link> links() {
        return active().isEmpty() ? List.of(absent()) : ready().stream().toList();
    }

    /** Why there is no active pod; ok where there need be none now. */
    Link absent() {
        Optional<String> rest = rest();
        if (rest.isPresent()) {
            return Link.ok("pod", "none runs now: " + rest.get());
        }
        Optional<String> refusal =
                failure().or(this::refusal).or(() -> event(Stream.concat(Stream.of(workload), makers.stream())));
        if (refusal.isPresent()) {
            return Link.failed("pod", "none runs: " + refusal.get(), next(refusal.get(), describe()));
        }
        Part newest = makers.isEmpty() ? workload : makers.get(0);
        if (!live.podsOf(live.leaving(), kind, name).isEmpty() || isYoung(newest)) {
            return Link.unknown(
                    "pod", "none runs yet: the last one is being deleted, or the first one made; ask again");
        }
        return live.sees("events")
                ? Link.failed("pod", "none runs, and neither a condition nor an event says why", describe())
                : Link.unknown("pod", "none runs, and you may not see the events that would say why");
    }

    private boolean isYoung(Part object) {
        return live.age(object.created()).compareTo(STARTING) < 0;
    }

    private String describe() {
        return "kubectl describe " + kind.toLowerCase(Locale.ROOT) + " " + name + " -n " + live.namespace();
    }

    /** Why the workload is to have no pod. */
    private Optional<String> rest() {
        if (workload.text("spec", "suspend").equals("true")) {
            return Optional.of("it is suspended");
        }
        if (workload.text("spec", "replicas").equals("0")) {
            return Optional.of("it is scaled to zero");
        }
        if (workload.text("status", "desiredNumberScheduled").equals("0")) {
            return Optional.of("no node is to have one");
        }
        if (workload.text("status", "phase").equals("Succeeded")) {
            return Optional.of("it has ended well");
        }
        Part job = job();
        if (job.isTrue("Complete")) {
            return Optional.of(job.name() + " is complete");
        }
        return kind.equals("CronJob") && makers.isEmpty()
                ? Optional.of("it is between two runs (" + workload.text("spec", "schedule") + ")")
                : Optional.empty();
    }

    private Part job() {
        return kind.equals("Job")
                ? workload
                : makers.stream()
                        .filter(one -> one.kind().equals("Job"))
                        .findFirst()
                        .orElse(Part.NONE);
    }

    /** Why a run or a pod that nobody replaces has ended. */
    private Optional<String> failure() {
        Part job = job();
        Optional<String> ended = pods.stream()
                .filter(pod -> pod.text("status", "phase").equals("Failed"))
                .filter(pod -> kind.equals("Pod")
                        || (!job.name().isEmpty() && pod.ownerOf("Job").equals(job.name())))
                .max(Comparator.comparing(Part::created))
                .map(pod -> pod.name() + " has failed: " + termination(pod));
        return job.isTrue("Failed")
                ? Optional.of(job.name() + " has failed: " + said(job.condition("Failed"))
                        + ended.map(text -> "; " + text).orElse(""))
                : ended;
    }

    /** Not the container's own message: a program writes into it whatever it likes. */
    private static String termination(Part pod) {
        return containers(pod)
                .map(one -> one.at("state", "terminated"))
                .filter(one ->
                        !one.text("exitCode").isEmpty() && !one.text("exitCode").equals("0"))
                .map(one -> one.text("reason") + ", exit code " + one.text("exitCode"))
                .findFirst()
                .orElseGet(() -> said(pod.at("status")));
    }

    private Optional<String> refusal() {
        return Stream.concat(Stream.of(workload), makers.stream().limit(1))
                .filter(one -> one.isTrue("ReplicaFailure"))
                .map(one -> said(one.condition("ReplicaFailure")))
                .findFirst();
    }

    private static Stream<Part> containers(Part pod) {
        return Stream.of("initContainerStatuses", "containerStatuses")
                .flatMap(list -> pod.at("status", list).items().stream());
    }

    /** Whether the pods start; nothing is said where there are none. */
    Optional<Link> ready() {
        List<Part> all = active();
        List<Part> waiting = all.stream().filter(pod -> !pod.isReady()).toList();
        if (all.isEmpty()) {
            return Optional.empty();
        }
        return waiting.stream()
                .flatMap(pod -> obstacle(pod).stream().map(why -> failed(pod, why)))
                .findFirst()
                .or(() -> refusal()
                        .map(why -> Link.failed("ready", "no more pods are created: " + why, next(why, describe()))))
                .or(() -> Optional.of(
                        waiting.size() < all.size()
                                ? Link.ok("ready", (all.size() - waiting.size()) + " of " + all.size() + " pods")
                                : starting(waiting.get(0))));
    }

    private Link starting(Part pod) {
        Part ready = pod.condition("Ready");
        String since = ready.text("lastTransitionTime");
        Duration age = live.age(since.isEmpty() ? pod.created() : since);
        return age.compareTo(STARTING) < 0
                ? Link.unknown("ready", pod.name() + " has been starting for " + age.toSeconds() + " s; ask again")
                : failed(pod, event(Stream.of(pod)).orElseGet(() -> said(ready)));
    }

    private Link failed(Part pod, String why) {
        String place = pod.name() + " -n " + pod.namespace();
        String command = why.startsWith("CrashLoopBackOff") ? "kubectl logs --previous " : "kubectl describe pod ";
        List<String> next = next(why, command + place).stream()
                .map(text -> text.replace(" POD ", " " + pod.name() + " "))
                .toList();
        return Link.failed("ready", pod.name() + ": " + why, next);
    }

    /** What does not go away by waiting: no node fits, or a container cannot be started. */
    private static Optional<String> obstacle(Part pod) {
        Part scheduled = pod.condition("PodScheduled");
        if (scheduled.text("status").equals("False")) {
            return Optional.of(said(scheduled));
        }
        return containers(pod)
                .filter(one -> !NORMAL.contains(one.text("state", "waiting", "reason")))
                .map(one -> said(one.at("state", "waiting")) + lastEnd(one))
                .findFirst();
    }

    private static String lastEnd(Part container) {
        Part last = container.at("lastState", "terminated");
        return last.value() == null
                ? ""
                : ", last ended by " + last.text("reason") + ", exit code " + last.text("exitCode");
    }

    /** The last warning about one of them. */
    private Optional<String> event(Stream<Part> objects) {
        List<Part> about = objects.toList();
        return live.events().stream()
                .filter(event -> event.text("reason").startsWith("Failed")
                        || event.text("reason").equals("Unhealthy"))
                .filter(event -> about.stream()
                        .anyMatch(one -> one.kind().equals(event.text("involvedObject", "kind"))
                                && one.name().equals(event.text("involvedObject", "name"))))
                .max(Comparator.comparing(Part::lastSeen))
                .map(WorkloadPods::said);
    }

    /** Reason and message of a condition, an event or a container's state, on one line. */
    private static String said(Part part) {
        String text = Stream.of(
                        part.text("reason"), part.text("message").replace("(combined from similar events): ", ""))
                .filter(one -> !one.isEmpty())
                .reduce((reason, message) -> reason + ": " + message)
                .orElse("the API server does not say why");
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    /** What the table of log lines says, for this namespace. */
    private List<String> next(String said, String otherwise) {
        return LogReading.of(Stream.of(said)).findings().stream()
                .findFirst()
                .map(LogFinding::next)
                .orElse(List.of(otherwise))
                .stream()
                .map(text -> text.replace("-n NAMESPACE", "-n " + live.namespace()))
                .toList();
    }
}
