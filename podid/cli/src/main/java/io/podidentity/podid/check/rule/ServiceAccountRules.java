// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The service account of a pod with workload identity, and the label that tells the webhook of the pod. */
final class ServiceAccountRules extends RuleFamily {

    private static final String TRUE = Keys.USE + ": \"true\"";
    private static final String ADD = "Add to the pod's labels: " + TRUE;
    private static final String PREFIX = "azure.workload.identity/";
    private static final Set<String> KEYS_OF_ACCOUNTS = Set.of(Keys.CLIENT_ID, Keys.TENANT_ID, Keys.TOKEN_EXPIRATION);
    private static final Set<String> KEYS_OF_PODS = Set.of(
            Keys.TOKEN_EXPIRATION, Keys.SKIP_CONTAINERS, Keys.INJECT_PROXY, Keys.PROXY_PORT, Keys.USE_IDENTITY_BINDING);

    private final Report clientIdDiffers = warning("C15", "client-id-differs", "azure-workload-identity#1200")
            .says("The pod sets AZURE_CLIENT_ID to something else than its service account's annotation")
            .remedy("Remove the variable: the webhook sets it from the annotation");
    private final Report serviceAccount = error(
                    "C15", "service-account", "azure-workload-identity#1249", "azure-workload-identity#340")
            .says("A pod with the label runs as a service account that has no identity")
            .remedy("Set serviceAccountName to an account of the same namespace with the annotation"
                    + " azure.workload.identity/client-id")
            .explains(Symptom.ACCOUNT_WITHOUT_CLIENT_ID)
            .needs(Sight.SERVICE_ACCOUNTS);
    private final Report useLabelInSelector = warning(
                    "C15", "use-label-in-selector", "azure-workload-identity#691", "azure-workload-identity#1025")
            .says("The label azure.workload.identity/use is part of the workload's selector")
            .remedy("Remove it from spec.selector.matchLabels; the pod template keeps it");
    private final Report useLabelMissing = error(
                    "C15", "use-label-missing", "azure-workload-identity#1249", "azure-workload-identity#691")
            .says("A pod runs as an annotated service account and lacks the label azure.workload.identity/use")
            .remedy("Add azure.workload.identity/use: \"true\" to the labels of the pod template")
            .explains(Symptom.WEBHOOK_NOT_ASKED);
    private final Report useLabelValue = error("C15", "use-label-value", "azure-workload-identity#1249")
            .says("The label azure.workload.identity/use has another value than the strings true and false")
            .remedy("Write azure.workload.identity/use: \"true\", with quotes")
            .explains(Symptom.WEBHOOK_NOT_ASKED);
    private final Report workloadIdentityKey = error(
                    "C15", "workload-identity-key", "azure-workload-identity#1249", "azure-workload-identity#1025")
            .says("A key of workload identity does not exist, or is on another object than the one that" + " is read")
            .remedy("client-id and tenant-id are annotations of the service account; use is a label of the" + " pod");

    ServiceAccountRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (PodSource pod : context.webhookPods()) {
            clientIdDiffers(pod);
            serviceAccount(pod);
        }
        for (PodSource pod : context.pods()) {
            useLabelInSelector(pod);
            useLabelMissing(pod);
        }
        useLabelValue();
        workloadIdentityKey();
    }

    /** The webhook never overwrites a variable. */
    private void clientIdDiffers(PodSource pod) {
        String annotated = context.clientId(pod);
        if (annotated.isEmpty()) {
            return;
        }
        for (FieldLocation value : pod.clientIds()) {
            if (Value.isFinal(value.text()) && !value.text().equalsIgnoreCase(annotated)) {
                clientIdDiffers.add(
                        value,
                        "AZURE_CLIENT_ID is " + value.text() + ", and the service account names " + annotated,
                        "Remove the variable, or make sure that both identities trust the service account.");
            }
        }
    }

    /** The webhook takes the client ID from the account alone. Without one, no AZURE_CLIENT_ID has a value. */
    private void serviceAccount(PodSource pod) {
        Optional<ServiceAccount> account = context.serviceAccount(pod);
        if (account.isPresent() && (isAnnotated(account.get()) || setsClientId(pod))) {
            return;
        }
        Optional<FieldLocation> annotations =
                account.map(written -> context.location(written).at("metadata", "annotations"));
        Optional<FieldLocation> near = annotations.flatMap(ServiceAccountRules::findNearClientId);
        if (near.isPresent()) {
            String remedy = "Write: " + Keys.CLIENT_ID + ": " + near.get().text();
            serviceAccount.addKey(near.get(), near.get().key(), Keys.CLIENT_ID, remedy);
        } else if (pod.pod().spec().serviceAccountName().isEmpty()) {
            reportUnnamed(pod);
        } else if (annotations.isPresent()) {
            reportNotAnnotated(pod, annotations.get());
        } else {
            reportAbsent(pod);
        }
    }

    private static Optional<FieldLocation> findNearClientId(FieldLocation annotations) {
        return ClosestMatch.of(Keys.CLIENT_ID, annotations.keys()).map(annotations::at);
    }

    /** Such a pod runs as the account default, which usually has no federated credential: AADSTS700213. */
    private void reportUnnamed(PodSource pod) {
        String message = "the pod names no service account, so it runs as default";
        Optional<String> annotated = context.cluster().all(ServiceAccount.class).stream()
                .filter(account -> account.namespace().equals(pod.namespace()))
                .filter(ServiceAccountRules::isAnnotated)
                .map(account -> account.name().name())
                .findFirst();
        if (annotated.isPresent()) {
            serviceAccount.add(
                    pod.label(Keys.USE),
                    message + "; " + annotated.get() + " has a client ID",
                    "Write: serviceAccountName: " + annotated.get());
        } else {
            serviceAccount.add(pod.label(Keys.USE), message);
        }
    }

    private static boolean isAnnotated(ServiceAccount account) {
        return account.metadata().annotations().containsKey(Keys.CLIENT_ID);
    }

    /** Whether the program names its client ID without the annotation, as one with several identities does. */
    private static boolean setsClientId(PodSource pod) {
        return pod.annotation(Keys.USE_IDENTITY_BINDING).exists()
                || pod.containers().stream()
                        .flatMap(container -> container.at("env").items().stream())
                        .anyMatch(ServiceAccountRules::namesClientId);
    }

    /** By its name, or by a connection string in its value. */
    private static boolean namesClientId(FieldLocation variable) {
        String name = variable.at("name").text().toUpperCase(Locale.ROOT).replace("_", "");
        String value = variable.at("value").text().toUpperCase(Locale.ROOT);
        boolean isConnectionString = value.contains("RUNAS=") && value.contains("APPID=");
        return name.contains("CLIENTID") || isConnectionString;
    }

    private void reportNotAnnotated(PodSource pod, FieldLocation annotations) {
        String remedy = "Add to its annotations: " + Keys.CLIENT_ID + ": CLIENT_ID";
        if (takesVariables(pod)) {
            serviceAccount.add(
                    Severity.INFO,
                    annotations,
                    "the account has no annotation " + Keys.CLIENT_ID
                            + ", so what the pods take by envFrom must set AZURE_CLIENT_ID",
                    remedy);
        } else {
            serviceAccount.addOfValues(
                    annotations,
                    "the account has no annotation " + Keys.CLIENT_ID
                            + ", so pods that run as it get no AZURE_CLIENT_ID",
                    remedy);
        }
    }

    /** Whether a ConfigMap or a Secret may set AZURE_CLIENT_ID, which is then not to be seen in the pod. */
    private static boolean takesVariables(PodSource pod) {
        return pod.containers().stream()
                .anyMatch(container -> container.at("envFrom").exists());
    }

    private void reportAbsent(PodSource pod) {
        String name = pod.serviceAccount();
        // A tool puts the name in later.
        if (Value.isTemplated(name)) {
            return;
        }
        List<String> elsewhere = context.listNamespaces("ServiceAccount", name);
        Optional<String> near = ClosestMatch.of(name, context.listNames("ServiceAccount", pod.namespace()));
        FieldLocation field = pod.account();
        if (!elsewhere.isEmpty()) {
            serviceAccount.addElsewhere(
                    context.isPlaced(field, "ServiceAccount", name),
                    field,
                    "service account " + name + " is not in " + pod.namespace() + " but in "
                            + String.join(", ", elsewhere),
                    "Create it in " + pod.namespace() + ": a pod runs as an account of its own namespace.");
        } else if (near.isPresent()) {
            serviceAccount.add(
                    field, "there is no service account " + name, "Write: serviceAccountName: " + near.get());
        } else {
            serviceAccount.add(
                    Severity.INFO,
                    field,
                    "service account " + pod.namespace() + "/" + name + " is not in these files",
                    "Add its file to the check; it needs the annotation " + Keys.CLIENT_ID + ".");
        }
    }

    /** The selector of a Deployment cannot be changed, so an update of an existing one is refused. */
    private void useLabelInSelector(PodSource pod) {
        FieldLocation label = pod.manifest().at("spec", "selector", "matchLabels", Keys.USE);
        if (label.exists()) {
            useLabelInSelector.add(
                    label,
                    "the selector of a " + pod.kind()
                            + " cannot be changed, so to add or remove this label later is refused");
        }
    }

    /** The webhook ignores the pod, and if the metadata service is open the pod takes the node's identity. */
    private void useLabelMissing(PodSource pod) {
        // During a move to workload identity the account is prepared first, and its pods still use pod identity.
        boolean usesPodIdentity =
                context.profile().hasNmi() && pod.pod().bindingLabel().isPresent();
        if (pod.label(Keys.USE).exists() || usesPodIdentity || hasOwnToken(pod)) {
            return;
        }
        FieldLocation labels = pod.labels();
        FieldLocation onWorkload = pod.manifest().at("metadata", "labels", Keys.USE);
        Optional<String> near = ClosestMatch.of(Keys.USE, labels.keys());
        if (near.isPresent()) {
            useLabelMissing.addKey(labels.at(near.get()), near.get(), Keys.USE, ADD);
        } else if (onWorkload.exists()) {
            useLabelMissing.add(
                    onWorkload,
                    "the label is on the " + pod.kind() + " itself, and its pods do not inherit it",
                    ADD,
                    Edit.insertFirstEntry(labels, TRUE));
        } else if (!context.clientId(pod).isBlank() && !servesDriverOrOperator(pod)) {
            reportNotLabelled(pod, context.serviceAccount(pod).orElseThrow());
        }
    }

    /** A pod that shares its account with a labelled one may well want no token. */
    private void reportNotLabelled(PodSource pod, ServiceAccount account) {
        String message =
                "the pod runs as " + account.name() + ", which has a client ID, but lacks the label " + Keys.USE;
        Edit[] edit = Edit.insertFirstEntry(pod.labels(), TRUE);
        Optional<PodSource> labelled = context.webhookPods().stream()
                .filter(other -> context.serviceAccount(other).equals(Optional.of(account)))
                .findFirst();
        // Another pod signs in as this account, so it is likely that this one is not to.
        if (labelled.isPresent()) {
            useLabelMissing.add(
                    Severity.INFO,
                    pod.account(),
                    message + "; " + labelled.get().object() + " has it",
                    "If the pod is to sign in: " + ADD,
                    edit);
        } else {
            useLabelMissing.addOfValues(pod.account(), message, ADD, edit);
        }
    }

    /** Whether the pod needs nothing of the webhook, since it takes a token of its service account itself. */
    private static boolean hasOwnToken(PodSource pod) {
        return pod.hasVariable("AZURE_FEDERATED_TOKEN_FILE")
                || pod.spec("volumes").items().stream()
                        .flatMap(volume -> volume.at("projected", "sources").items().stream())
                        .anyMatch(source -> source.at("serviceAccountToken").exists());
    }

    /** Whether the account is there for a driver or an operator, which needs no webhook to get its tokens. */
    private boolean servesDriverOrOperator(PodSource pod) {
        if (context.references().stream().anyMatch(reference -> reference.takesAccountOf(pod))) {
            return true;
        }
        // A SecretProviderClass that is not in the files may use the pod's account, too.
        return pod.spec("volumes").items().stream()
                .map(volume -> volume.at("csi", "volumeAttributes", "secretProviderClass")
                        .text())
                .filter(name -> !name.isEmpty())
                .map(name -> new ObjectName(pod.namespace(), name))
                .anyMatch(name -> !context.isWritten("SecretProviderClass", name));
    }

    /** The webhook serves no pod whose label is another text. The API server refuses an object without a text there. */
    private void useLabelValue() {
        for (Problem problem : context.manifests().problems()) {
            if (problem.isFatal() && problem.path().endsWith("labels." + Keys.USE)) {
                reportRefused(problem);
            }
        }
        for (PodSource pod : context.pods()) {
            FieldLocation label = pod.label(Keys.USE);
            boolean isKnownText = label.text().equals("true") || label.text().equals("false");
            if (label.exists() && !isKnownText && !Value.isTemplated(label.text())) {
                reportOtherValue(label);
            }
        }
    }

    /** The change is for a boolean: {@code --fix} makes it only where the text is {@code true}. */
    private void reportRefused(Problem problem) {
        useLabelValue.add(
                FieldLocation.of(problem),
                problem.message().replace("the object is ignored", "the API server refuses the object"),
                "Write: " + TRUE,
                new Edit(problem.position(), "true", "\"true\""));
    }

    private void reportOtherValue(FieldLocation label) {
        String message = "the value is " + Value.quoted(label.text()) + ", and only \"true\" counts";
        String remedy = "Write: " + TRUE;
        if (label.text().equalsIgnoreCase("true")) {
            useLabelValue.add(label, message, remedy, Edit.replaceValue(label, "\"true\""));
        } else {
            useLabelValue.add(label, message, remedy);
        }
    }

    /** The webhook ignores unknown and misplaced keys without a word. */
    private void workloadIdentityKey() {
        for (FieldLocation account : context.objectsOfKind("ServiceAccount")) {
            checkKeys(account.at("metadata", "annotations"), KEYS_OF_ACCOUNTS, "a service account");
            checkLabelsOfAccount(account.at("metadata", "labels"));
        }
        for (PodSource pod : context.pods()) {
            checkKeys(pod.annotations(), KEYS_OF_PODS, "a pod");
            FieldLocation use = pod.annotations().at(Keys.USE);
            if (use.exists() && !pod.label(Keys.USE).exists()) {
                workloadIdentityKey.add(
                        use,
                        Keys.USE + " is an annotation here, and only a label counts",
                        "Move it to labels: " + TRUE);
            }
        }
    }

    private void checkLabelsOfAccount(FieldLocation labels) {
        for (String key : List.of(Keys.CLIENT_ID, Keys.TENANT_ID)) {
            FieldLocation label = labels.at(key);
            if (label.exists()) {
                workloadIdentityKey.add(
                        label,
                        key + " is a label here, and only an annotation counts",
                        "Move it to annotations: " + key + ": " + label.text());
            }
        }
    }

    private void checkKeys(FieldLocation annotations, Set<String> known, String holder) {
        annotations.keys().stream()
                .filter(key -> key.startsWith(PREFIX) && !known.contains(key))
                // The label's key as an annotation is reported by itself.
                .filter(key -> !key.startsWith(Keys.USE))
                .forEach(key -> reportKey(annotations.at(key), known, holder));
    }

    private void reportKey(FieldLocation annotation, Set<String> known, String holder) {
        String key = annotation.key();
        if (KEYS_OF_ACCOUNTS.contains(key)) {
            workloadIdentityKey.add(
                    annotation,
                    key + " is not read from " + holder,
                    "Move it to the annotations of the service account that the pod runs as.");
        } else if (KEYS_OF_PODS.contains(key)) {
            workloadIdentityKey.add(
                    annotation, key + " is not read from " + holder, "Move it to the annotations of the pod template.");
        } else {
            String choice = "Remove it, or write one of: " + String.join(", ", new TreeSet<>(known)) + ".";
            workloadIdentityKey.add(
                    annotation,
                    "there is no key " + key,
                    ClosestMatch.question(key, known).orElse(choice));
        }
    }
}
