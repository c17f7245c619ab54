// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.explain.log.LogFinding;
import io.podidentity.podid.explain.log.LogReading;
import io.podidentity.podid.kubectl.KubernetesJson;
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

    private static final String LINK_POD = "pod";
    private static final String LINK_READY = "ready";

    /** Nothing is concluded from what is younger: a container starts, a controller acts. */
    private static final Duration STARTING = Duration.ofSeconds(30);

    /** What a container waits for while all is well. */
    private static final Set<String> USUAL_REASONS_TO_WAIT = Set.of("", "ContainerCreating", "PodInitializing");

    private static final Set<String> PHASES_OF_ENDED = Set.of("Succeeded", "Failed");

    private final Live live;
    private final String kind;
    private final String name;
    private final KubernetesJson workload;
    /** ReplicaSets or jobs that the workload has made, the newest first. */
    private final List<KubernetesJson> makers;

    private final List<KubernetesJson> pods;

    WorkloadPods(Live live, String kind, String name) {
        this.live = live;
        this.kind = kind;
        this.name = name;
        this.workload = live.findObject(kind, live.namespace(), name).orElse(KubernetesJson.NONE);
        this.makers = Stream.concat(live.objectsOfKind("ReplicaSet"), live.objectsOfKind("Job"))
                .filter(maker -> maker.ownerOf(kind).equals(name))
                .sorted(Comparator.comparing(KubernetesJson::created).reversed())
                .toList();
        this.pods = live.findPods(live.objects(), kind, name);
    }

    List<KubernetesJson> allPods() {
        return pods;
    }

    /** The pods that run or are to run: neither ended nor being deleted. */
    List<KubernetesJson> activePods() {
        return pods.stream()
                .filter(pod -> !PHASES_OF_ENDED.contains(pod.text("status", "phase")))
                .toList();
    }

    /** The specification of the pods that the workload makes, or of the pod itself. */
    KubernetesJson podTemplate() {
        return workload.podSpec();
    }

    List<Link> collectLinks() {
        if (activePods().isEmpty()) {
            return List.of(explainAbsence());
        }
        return checkReady().stream().toList();
    }

    /** Why there is no active pod; ok where there need be none now. */
    Link explainAbsence() {
        Optional<String> rest = findReasonToRest();
        if (rest.isPresent()) {
            return Link.ok(LINK_POD, "none runs now: " + rest.get());
        }
        Optional<String> refusal = findFailure()
                .or(this::findRefusal)
                .or(() -> findLastWarning(Stream.concat(Stream.of(workload), makers.stream())));
        if (refusal.isPresent()) {
            return Link.failed(
                    LINK_POD, "none runs: " + refusal.get(), findNextSteps(refusal.get(), describeCommand()));
        }
        if (isBetweenPods()) {
            return Link.unknown(
                    LINK_POD, "none runs yet: the last one is being deleted, or the first one made; ask again");
        }
        if (!live.canSee("events")) {
            return Link.unknown(LINK_POD, "none runs, and you may not see the events that would say why");
        }
        return Link.failed(LINK_POD, "none runs, and neither a condition nor an event says why", describeCommand());
    }

    private boolean isBetweenPods() {
        KubernetesJson newest = makers.isEmpty() ? workload : makers.get(0);
        return !live.findPods(live.leaving(), kind, name).isEmpty() || isYoung(newest);
    }

    private boolean isYoung(KubernetesJson object) {
        return live.measureAge(object.created()).compareTo(STARTING) < 0;
    }

    private String describeCommand() {
        return "kubectl describe " + kind.toLowerCase(Locale.ROOT) + " " + name + " -n " + live.namespace();
    }

    /** Why the workload is to have no pod now. */
    private Optional<String> findReasonToRest() {
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
        KubernetesJson job = findJob();
        if (job.isTrue("Complete")) {
            return Optional.of(job.name() + " is complete");
        }
        if (kind.equals("CronJob") && makers.isEmpty()) {
            return Optional.of("it is between two runs (" + workload.text("spec", "schedule") + ")");
        }
        return Optional.empty();
    }

    /** The workload itself, or the newest job that it has made. */
    private KubernetesJson findJob() {
        if (kind.equals("Job")) {
            return workload;
        }
        return makers.stream()
                .filter(maker -> maker.kind().equals("Job"))
                .findFirst()
                .orElse(KubernetesJson.NONE);
    }

    /** Why a run or a pod that nobody replaces has ended. */
    private Optional<String> findFailure() {
        KubernetesJson job = findJob();
        // Controllers replace a pod that has failed; only the failure of a Job's or of a lone pod may be why there is
        // none.
        Optional<String> ended = pods.stream()
                .filter(pod -> pod.text("status", "phase").equals("Failed"))
                .filter(pod -> kind.equals("Pod") || isMadeBy(job, pod))
                .max(Comparator.comparing(KubernetesJson::created))
                .map(pod -> pod.name() + " has failed: " + describeTermination(pod));
        if (!job.isTrue("Failed")) {
            return ended;
        }
        String ofJob = job.name() + " has failed: " + describeStatus(job.condition("Failed"));
        return Optional.of(ofJob + ended.map(text -> "; " + text).orElse(""));
    }

    private static boolean isMadeBy(KubernetesJson job, KubernetesJson pod) {
        return !job.name().isEmpty() && pod.ownerOf("Job").equals(job.name());
    }

    /** Why a pod has ended, without the container's own message: a program writes into it whatever it likes. */
    private static String describeTermination(KubernetesJson pod) {
        return containerStatuses(pod)
                .map(container -> container.at("state", "terminated"))
                .filter(WorkloadPods::hasFailed)
                .map(end -> end.text("reason") + ", exit code " + end.text("exitCode"))
                .findFirst()
                .orElseGet(() -> describeStatus(pod.at("status")));
    }

    private static boolean hasFailed(KubernetesJson termination) {
        String code = termination.text("exitCode");
        return !code.isEmpty() && !code.equals("0");
    }

    /** Why the API server creates no pod for the workload, or for the newest that makes pods for it. */
    private Optional<String> findRefusal() {
        return Stream.concat(Stream.of(workload), makers.stream().limit(1))
                .map(object -> object.condition("ReplicaFailure"))
                .filter(condition -> condition.text("status").equals("True"))
                .map(WorkloadPods::describeStatus)
                .findFirst();
    }

    private static Stream<KubernetesJson> containerStatuses(KubernetesJson pod) {
        return Stream.of("initContainerStatuses", "containerStatuses")
                .flatMap(list -> pod.at("status", list).items().stream());
    }

    /** Whether the pods start; nothing is said where there are none. */
    Optional<Link> checkReady() {
        List<KubernetesJson> all = activePods();
        if (all.isEmpty()) {
            return Optional.empty();
        }
        List<KubernetesJson> waiting =
                all.stream().filter(pod -> !pod.isReady()).toList();
        // A pod that cannot start is reported even where others are ready: the next rollout may leave none.
        Optional<Link> obstacle =
                waiting.stream().flatMap(pod -> failIfHeldUp(pod).stream()).findFirst();
        if (obstacle.isPresent()) {
            return obstacle;
        }
        Optional<String> refusal = findRefusal();
        if (refusal.isPresent()) {
            return Optional.of(Link.failed(
                    LINK_READY,
                    "no more pods are created: " + refusal.get(),
                    findNextSteps(refusal.get(), describeCommand())));
        }
        int ready = all.size() - waiting.size();
        if (ready > 0) {
            return Optional.of(Link.ok(LINK_READY, ready + " of " + all.size() + " pods"));
        }
        return Optional.of(judgeStart(waiting.get(0)));
    }

    private Link judgeStart(KubernetesJson pod) {
        KubernetesJson ready = pod.condition("Ready");
        String since = ready.text("lastTransitionTime");
        Duration age = live.measureAge(since.isEmpty() ? pod.created() : since);
        if (age.compareTo(STARTING) < 0) {
            return Link.unknown(LINK_READY, pod.name() + " has been starting for " + age.toSeconds() + " s; ask again");
        }
        return failPod(pod, findLastWarning(Stream.of(pod)).orElseGet(() -> describeStatus(ready)));
    }

    private Link failPod(KubernetesJson pod, String why) {
        String place = pod.name() + " -n " + pod.namespace();
        String command = why.startsWith("CrashLoopBackOff") ? "kubectl logs --previous " : "kubectl describe pod ";
        // The table of log lines has POD where the name of a pod is to be put in.
        List<String> next = findNextSteps(why, command + place).stream()
                .map(text -> text.replace(" POD ", " " + pod.name() + " "))
                .toList();
        return Link.failed(LINK_READY, pod.name() + ": " + why, next);
    }

    /** Fails a pod for what does not go away by waiting: no node fits, or a container cannot be started. */
    private Optional<Link> failIfHeldUp(KubernetesJson pod) {
        KubernetesJson scheduled = pod.condition("PodScheduled");
        if (scheduled.text("status").equals("False")) {
            return Optional.of(failPod(pod, describeStatus(scheduled)));
        }
        return containerStatuses(pod)
                .filter(container -> !USUAL_REASONS_TO_WAIT.contains(container.text("state", "waiting", "reason")))
                .findFirst()
                .map(container -> describeStatus(container.at("state", "waiting")) + describeLastEnd(container))
                .map(why -> failPod(pod, why));
    }

    private static String describeLastEnd(KubernetesJson container) {
        KubernetesJson last = container.at("lastState", "terminated");
        if (last.value() == null) {
            return "";
        }
        return ", last ended by " + last.text("reason") + ", exit code " + last.text("exitCode");
    }

    /** The last warning about one of the objects. */
    private Optional<String> findLastWarning(Stream<KubernetesJson> objects) {
        List<KubernetesJson> about = objects.toList();
        return live.events().stream()
                .filter(WorkloadPods::isOfFailure)
                .filter(event -> isAboutOne(event, about))
                .max(Comparator.comparing(KubernetesJson::lastSeen))
                .map(WorkloadPods::describeStatus);
    }

    private static boolean isOfFailure(KubernetesJson event) {
        String reason = event.text("reason");
        return reason.startsWith("Failed") || reason.equals("Unhealthy");
    }

    private static boolean isAboutOne(KubernetesJson event, List<KubernetesJson> objects) {
        return objects.stream().anyMatch(object -> isAbout(event, object));
    }

    private static boolean isAbout(KubernetesJson event, KubernetesJson object) {
        return object.kind().equals(event.text("involvedObject", "kind"))
                && object.name().equals(event.text("involvedObject", "name"));
    }

    /** Reason and message of a condition, an event or a container's state, on one line. */
    private static String describeStatus(KubernetesJson part) {
        String message = part.text("message").replace("(combined from similar events): ", "");
        String text = Stream.of(part.text("reason"), message)
                .filter(words -> !words.isEmpty())
                .reduce((reason, words) -> reason + ": " + words)
                .orElse("the API server does not say why");
        return text.replaceAll("\\p{Cntrl}+", " ");
    }

    /** What the table of log lines says of such words, for this namespace. */
    private List<String> findNextSteps(String words, String otherwise) {
        List<String> next = LogReading.of(Stream.of(words)).findings().stream()
                .findFirst()
                .map(LogFinding::next)
                .orElse(List.of(otherwise));
        return next.stream()
                .map(text -> text.replace("-n NAMESPACE", "-n " + live.namespace()))
                .toList();
    }
}
