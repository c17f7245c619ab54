// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.rule.Sight;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.doctor.Diagnosis.Workload;
import io.podidentity.podid.explain.Explainer;
import io.podidentity.podid.explain.Explanation;
import io.podidentity.podid.explain.Explanation.Outcome;
import io.podidentity.podid.explain.ReferenceExplanation;
import io.podidentity.podid.explain.Station;
import io.podidentity.podid.explain.Step;
import io.podidentity.podid.explain.TextReport;
import io.podidentity.podid.input.FittingProfile;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.run.WorkloadName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Examines a cluster that was read: by the rules of {@code check}, by {@code explain}, and by what really runs. */
final class Examination {

    private static final String LINK_OBJECTS = "objects";

    /** Where {@code explain} sees an end and containers may still sign in through variables of their own. */
    private static final Set<Station> STATIONS_THAT_VARIABLES_REPLACE = Set.of(Station.LABEL, Station.ACCOUNT);

    private final Live live;
    private final Kubectl kubectl;
    private final TrialOptions options;
    private final LiveText places = new LiveText();
    private final FittingProfile fitting;
    private final Manifests manifests;
    private final RuleContext context;
    private final Explainer explainer;
    private final List<Finding> findings;

    Examination(Live live, Kubectl kubectl, TrialOptions options) {
        this.live = live;
        this.kubectl = kubectl;
        this.options = options;
        live.objects().stream().filter(object -> !live.isMadeByWorkload(object)).forEach(places::addObject);
        String text = places.text();
        // NMI itself is in another namespace, and tells the version. Until then 1.8.17 reads the objects, as the
        // newest.
        var parts = new LiveText();
        live.parts().orElse(List.of()).forEach(parts::addObject);
        this.fitting = FittingProfile.of(new ManifestReader(Profile.V1_8_17)
                .readText(LiveText.FILE, text + parts.text())
                .objects());
        this.manifests = new ManifestReader(fitting.profile()).readText(LiveText.FILE, text);
        MatchRules rules = MatchRules.of(fitting.profile());
        this.context = new RuleContext(manifests, rules, AzureFacts.NONE);
        this.explainer = new Explainer(manifests, rules, Instant.now());
        this.findings = AllRules.check(context).stream()
                .filter(finding -> finding.severity() != Severity.INFO)
                .filter(finding -> canBelieve(finding.about()))
                .filter(finding -> finding.object().namespace().equals(live.namespace()))
                .toList();
    }

    /** What only seems to be missing, since the user may not see it, is not reported. */
    private boolean canBelieve(About rule) {
        return rule.needs().stream().allMatch(this::canSee);
    }

    private boolean canSee(Sight sight) {
        return switch (sight) {
            // It is one namespace that is read.
            case EVERYTHING -> false;
            case POD_IDENTITY_OBJECTS -> live.canSee("aadpodidentity.k8s.io");
            case SERVICE_ACCOUNTS -> live.canSee("serviceaccounts");
        };
    }

    /** The workloads of the namespace, as the command line takes them. */
    List<String> listWorkloadNames() {
        return listSources().stream()
                .map(source -> source.kind().toLowerCase(Locale.ROOT) + "/" + nameOf(source))
                .toList();
    }

    private List<PodSource> listSources() {
        return context.pods().stream()
                .filter(source -> source.pod().namespace().equals(live.namespace()))
                .toList();
    }

    /** The name of the workload, which its pods have with a suffix only. */
    private static String nameOf(PodSource source) {
        return source.manifest().at("metadata", "name").text();
    }

    private List<String> translateAll(List<String> sentences) {
        return sentences.stream().map(places::translate).toList();
    }

    /** Examines all workloads that are meant to have an identity, or the one that is asked for. */
    Diagnosis examine(Optional<String> workload) throws InterruptedException {
        var workloads = new ArrayList<Workload>();
        for (PodSource source : listSources()) {
            Explanation explanation = explainer.survey(source.pod(), Explainer.DEFAULT_QUERY);
            if (isWanted(source, explanation, workload)) {
                workloads.add(examineWorkload(source, explanation, workload.isPresent()));
            }
        }
        for (ReferenceExplanation explanation : ReferenceExplanation.all(context, explainer)) {
            if (isWanted(explanation.reference(), workload)) {
                workloads.add(judgeReference(explanation));
            }
        }
        return new Diagnosis(
                live.namespace(),
                fitting.profile(),
                fitting.reason(live.canSee("aadpodidentity") ? "in the cluster" : "in what you may see"),
                workloads,
                findUntold(workload, workloads),
                live.missing(),
                places);
    }

    /** Whether the workload is the one that is asked for, or, if none is, whether it is meant to have an identity. */
    private static boolean isWanted(PodSource source, Explanation explanation, Optional<String> workload) {
        if (workload.isEmpty()) {
            return explanation.outcome() != Outcome.UNRELATED;
        }
        return isCalled(source, workload.get());
    }

    private boolean isWanted(IdentityReference reference, Optional<String> workload) {
        if (!reference.namespace().equals(live.namespace())) {
            return false;
        }
        return workload.isEmpty() || reference.runners().stream().anyMatch(runner -> isCalled(runner, workload.get()));
    }

    /**
     * Whether a workload is meant.
     *
     * @param words its name, or as kubectl takes it: a kind or a short form of it, a slash, and the name
     */
    private static boolean isCalled(PodSource source, String words) {
        int slash = words.indexOf('/');
        String kind = words.substring(0, Math.max(0, slash)).toLowerCase(Locale.ROOT);
        String name = words.substring(slash + 1);
        boolean hasName =
                nameOf(source).equals(name) || source.pod().name().name().equals(name);
        return hasName && source.kind().toLowerCase(Locale.ROOT).startsWith(WorkloadName.singular(kind));
    }

    private Workload examineWorkload(PodSource source, Explanation explanation, boolean isAskedFor)
            throws InterruptedException {
        var pods = new WorkloadPods(live, source.kind(), nameOf(source));
        boolean signsIn = signsInItself(source, explanation, pods);
        Link objects = signsIn
                ? Link.ok(LINK_OBJECTS, "variables of its containers say as whom they sign in")
                : judgeObjects(explanation);
        var links = new ArrayList<Link>();
        links.add(objects);
        // Where the objects are wrong, the rules of check would report the same mistake once more.
        if (!objects.isFailed()) {
            links.addAll(listErrors(explanation, source.object()));
        }
        if (signsIn || explanation.outcome() == Outcome.IDENTITY) {
            links.addAll(checkRunning(source, explanation, pods));
        } else if (objects.state() == Link.State.UNKNOWN) {
            links.addAll(pods.collectLinks());
        }
        boolean tellsStory = isAskedFor || objects.isFailed();
        String story = tellsStory ? places.translate(TextReport.of(explanation)) : "";
        return new Workload(source.object(), links, story);
    }

    /** Whether containers have in their variables what label and account lack, by themselves or from a ConfigMap. */
    private boolean signsInItself(PodSource source, Explanation explanation, WorkloadPods pods) {
        boolean isReplaced = findEnd(explanation)
                .filter(STATIONS_THAT_VARIABLES_REPLACE::contains)
                .isPresent();
        if (explanation.outcome() != Outcome.NONE || !isReplaced) {
            return false;
        }
        Pod pod = source.pod();
        boolean hasAccount = live.findObject("ServiceAccount", live.namespace(), Webhook.serviceAccount(pod))
                .isPresent();
        return hasAccount && new WorkloadCredentials(live, pod, pods).signsIn();
    }

    /** The station at which the way to an identity ends; empty if it leads there. */
    private static Optional<Station> findEnd(Explanation explanation) {
        return explanation.steps().stream()
                .filter(Step::isEnd)
                .map(Step::station)
                .findFirst();
    }

    /** What gets the token may be in another namespace, of which nothing is known here. */
    private Workload judgeReference(ReferenceExplanation explanation) {
        String summary = places.translate(explanation.summary());
        Link link = switch (explanation.outcome()) {
            case NONE -> Link.failed(LINK_OBJECTS, summary, translateAll(explanation.remedies()));
            case UNRELATED -> Link.skipped(LINK_OBJECTS, summary);
            default -> Link.ok(LINK_OBJECTS, "they lead to " + summary);
        };
        return new Workload(explanation.reference().object().object(), List.of(link), "");
    }

    /** Whether what is written leads to an identity. */
    private Link judgeObjects(Explanation explanation) {
        String summary = places.translate(explanation.summary());
        return switch (explanation.outcome()) {
            case NONE -> explainDeadEnd(explanation, summary);
            case IDENTITY -> Link.ok(LINK_OBJECTS, "they lead to " + summary);
            default -> Link.skipped(LINK_OBJECTS, summary);
        };
    }

    private Link explainDeadEnd(Explanation explanation, String summary) {
        if (mayBeUnseen(explanation)) {
            return Link.unknown(
                    LINK_OBJECTS, "you may not see all of what leads to an identity; in what you may, " + summary);
        }
        List<String> remedies = translateAll(explanation.remedies());
        if (!explanation.place().file().equals(LiveText.FILE)) {
            return Link.failed(LINK_OBJECTS, summary, remedies);
        }
        return Link.failed(LINK_OBJECTS, places.translate(explanation.place() + ": ") + summary, remedies)
                .withObject(places.objectOfLine(explanation.place().line()));
    }

    /** Whether what is missing may be there, where the user may not see it. */
    private boolean mayBeUnseen(Explanation explanation) {
        Optional<Station> end = findEnd(explanation);
        if (end.isEmpty()) {
            return !live.canSee("aadpodidentity.k8s.io");
        }
        return switch (end.get()) {
            // Both are decided by objects of the namespace itself.
            case LABEL, NETWORK -> false;
            case ACCOUNT -> !live.canSee("serviceaccounts");
            default -> !live.canSee("aadpodidentity.k8s.io");
        };
    }

    private List<Link> checkRunning(PodSource source, Explanation explanation, WorkloadPods pods)
            throws InterruptedException {
        if (explanation.nmi() != null) {
            return new PodIdentityLinks(live, fitting.profile(), pods).collectLinks();
        }
        var workload = new WorkloadLinks(live, source.pod(), source.kind(), pods);
        var links = new ArrayList<>(workload.collectLinks());
        // After a link that fails, the refusal of a token would say nothing new.
        if (links.stream().noneMatch(Link::isFailed)) {
            links.addAll(tryTokens(source.pod(), workload));
        }
        pods.checkReady().ifPresent(links::add);
        return links;
    }

    private List<Link> tryTokens(Pod pod, WorkloadLinks workload) throws InterruptedException {
        var account = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
        var links = new ArrayList<Link>();
        for (TokenExchange exchange : workload.credentials().findExchanges()) {
            if (workload.isBound()) {
                links.add(new IdentityBindingReview(kubectl, account, exchange.clientId()).reviewAccess());
            } else {
                links.addAll(new TokenTrial(kubectl, options, manifests.cluster(), account, exchange).tryToken());
            }
        }
        return links;
    }

    private List<Link> listErrors(Explanation explanation, ObjectRef workload) {
        return findings.stream()
                .filter(Diagnosis::isError)
                .filter(finding -> concerns(finding, explanation, workload))
                .map(this::failFor)
                .toList();
    }

    private static boolean concerns(Finding finding, Explanation explanation, ObjectRef workload) {
        return finding.object().equals(workload) || explanation.objects().contains(finding.object());
    }

    private Link failFor(Finding finding) {
        return Link.failed("check", TextDiagnosis.describeFinding(finding, places), places.translate(finding.remedy()))
                .withObject(finding.object());
    }

    /** All findings but those that a failed link tells, or that are about what a failed link tells. */
    private List<Finding> findUntold(Optional<String> workload, List<Workload> workloads) {
        Set<ObjectRef> told = workloads.stream()
                .flatMap(examined -> examined.links().stream())
                .filter(Link::isFailed)
                .flatMap(link -> link.about().stream())
                .collect(Collectors.toSet());
        Set<ObjectRef> failed = workloads.stream()
                .filter(examined -> examined.has(Link.State.FAILED))
                .map(Workload::object)
                .collect(Collectors.toSet());
        Set<ObjectRef> all = workloads.stream().map(Workload::object).collect(Collectors.toSet());
        return findings.stream()
                .filter(finding -> workload.isEmpty() || all.contains(finding.object()))
                .filter(finding -> !failed.contains(finding.object()))
                .filter(finding -> !told.contains(finding.object()))
                .toList();
    }
}
