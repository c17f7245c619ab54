// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.http.GoText;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.manifest.Problem.Mistake.UnknownField;
import io.podidentity.emulator.manifest.Problem.Mistake.WrongCase;
import io.podidentity.emulator.manifest.Problem.Mistake.WrongType;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.Value;
import io.podidentity.podid.text.ClosestMatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The fields of objects: their names, types and values. */
final class FieldRules extends RuleFamily {

    /** Fields that may be meant where a name is wrong: those of aad-pod-identity, and the usual ones of workloads. */
    private static final List<String> FIELDS =
            List.of(("type resourceID clientID clientPassword tenantID auxiliaryTenantIDs adResourceID adEndpoint"
                            + " azureIdentity selector podLabels name namespace labels annotations serviceAccountName"
                            + " hostNetwork containers initContainers volumes volumeMounts image command args env"
                            + " envFrom securityContext template replicas imagePullSecrets")
                    .split(" "));

    private static final int MAX_AUXILIARY_TENANTS = 3;
    private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+");
    /** Such as https://host/path/: NMI cuts an address at its last slash, so a path before that slash stays. */
    private static final Pattern PATH = Pattern.compile("https?://[^/]*/.*[^/].*/[^/]*");

    private static final Map<String, List<String>> FIELDS_OF_POD_IDENTITY = Map.of(
            "AzureIdentity",
                    List.of(
                            "type",
                            "resourceID",
                            "clientID",
                            "clientPassword",
                            "tenantID",
                            "adEndpoint",
                            "auxiliaryTenantIDs"),
            "AzureIdentityBinding", List.of("azureIdentity", "selector", "weight"),
            "AzurePodIdentityException", List.of("podLabels"));

    private final Report fieldNameCase = error(
                    "C2", "field-name-case", "aad-pod-identity#646", "aad-pod-identity#175", "aad-pod-identity#497")
            .says("A field's name is in a letter case that the version does not know")
            .remedy("Since 1.6.0 field names begin with a small letter: resourceID, clientID, selector, azureIdentity");
    private final Report fieldType = error("C2", "field-type", "aad-pod-identity#175")
            .says("A field's value is of the wrong type, or none that the API server takes")
            .remedy("Write a value as the message says");
    private final Report unknownField = error("C2", "unknown-field", "aad-pod-identity#175", "aad-pod-identity#497")
            .says("A field does not exist")
            .remedy("Remove the field, or write the name that was meant");
    private final Report identityFieldMissing = error(
                    "C7",
                    "identity-field-missing",
                    "aad-pod-identity#646",
                    "aad-pod-identity#184",
                    "aad-pod-identity#60")
            .says("An identity lacks a field that its type needs")
            .remedy("Type 0 needs resourceID and clientID; types 1 and 2 need tenantID, clientID and clientPassword")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report identityFieldUnused = warning("C7", "identity-field-unused", "aad-pod-identity#184")
            .says("An identity has fields of another type")
            .remedy("Write the type that the fields belong to")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report identityType = error("C7", "identity-type", "aad-pod-identity#184")
            .says("The type of an identity is not 0, 1 or 2")
            .remedy("Write type: 0 for a managed identity, type: 1 for a service principal with a secret, type: 2"
                    + " with a certificate")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report tenantOrEndpoint = error("C7", "tenant-or-endpoint")
            .says("NMI cannot ask Entra ID at the tenant or the endpoint of a service principal")
            .remedy("Write the tenant's GUID or domain, and an adEndpoint such as https://login.microsoftonline.com/")
            .explains(Symptom.REFUSED_BY_AZURE);

    FieldRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (Problem problem : context.manifests().problems()) {
            fieldNameCase(problem);
            fieldType(problem);
            unknownField(problem);
        }
        for (AzureIdentity identity : context.identities()) {
            identityFieldMissing(identity);
            identityFieldUnused(identity);
            tenantOrEndpoint(identity);
        }
        if (context.profile().fieldsIgnoreCase()) {
            FIELDS_OF_POD_IDENTITY.forEach(this::reportOldFieldNames);
        }
        identityType();
    }

    /** Versions that take any letter case cannot be installed anew, and their successors ignore such a field. */
    private void reportOldFieldNames(String kind, List<String> rightNames) {
        context.objectsOfKind(kind).stream()
                .flatMap(object -> object.at("spec").fields().stream())
                .forEach(field -> reportOldFieldName(field, rightNames));
    }

    private void reportOldFieldName(FieldLocation field, List<String> rightNames) {
        for (String rightName : rightNames) {
            if (rightName.equalsIgnoreCase(field.key()) && !rightName.equals(field.key())) {
                fieldNameCase.add(
                        Severity.WARNING,
                        field,
                        "the field " + field.path()
                                + " is read before 1.6.0 only: later versions ignore it, and kubectl refuses it",
                        "Write: " + rightName + ":",
                        Edit.replaceKey(field.position(), field.key(), rightName));
            }
        }
    }

    /** The API server drops the field, or MIC and NMI ignore it, and nothing says so. */
    private void fieldNameCase(Problem problem) {
        if (problem.mistake() instanceof WrongCase wrong) {
            fieldNameCase.add(
                    FieldLocation.of(problem),
                    problem.message(),
                    "Write: " + wrong.meant() + ":",
                    Edit.replaceKey(problem.position(), wrong.name(), wrong.meant()));
        }
    }

    /**
     * The API server refuses the object, so that it does not exist. A placeholder is another rule's, and what a tool
     * puts in cannot be judged.
     */
    private void fieldType(Problem problem) {
        boolean isOfAnotherRule =
                problem.path().equals("spec.type") || problem.path().endsWith("labels." + Keys.USE);
        if (!problem.isFatal() || isOfAnotherRule) {
            return;
        }
        Optional<FieldLocation> data = findSecretData(problem);
        if (data.isEmpty()) {
            fieldType.add(FieldLocation.of(problem), problem.message(), findRemedyOfType(problem));
        } else if (!Value.isTemplated(data.get().text())
                && !IdRules.isPlaceholderOfSecret(data.get().text())) {
            fieldType.add(
                    data.get(),
                    problem.message(),
                    "Write what printf %s VALUE | base64 -w0 prints, or put the value itself below stringData.");
        }
    }

    private String findRemedyOfType(Problem problem) {
        if (problem.path().endsWith("spec.selector")) {
            return "A binding's selector is the value of the label aadpodidbinding, a string: selector: VALUE";
        }
        if (problem.mistake().equals(new WrongType("string"))) {
            return "Put the value in double quotes.";
        }
        return fieldType.remedy();
    }

    /** The value of a Secret's data that is no Base64, if that is the problem. */
    private Optional<FieldLocation> findSecretData(Problem problem) {
        return context.objectsOfKind("Secret").stream()
                .filter(secret -> secret.object().equals(problem.object())
                        && secret.position().equals(problem.position()))
                .flatMap(secret -> secret.at("data").fields().stream())
                .filter(field -> field.path().equals(problem.path()))
                .findFirst();
    }

    /**
     * As the wrong letter case, but the name itself is wrong. An API server of a later version may know the field of
     * Kubernetes. If the name is a typo, or that of a field of another object, every API server refuses the object.
     */
    private void unknownField(Problem problem) {
        if (problem.mistake() instanceof UnknownField unknown) {
            String name = unknown.name();
            Optional<String> meant = ClosestMatch.of(name, unknown.known()).or(() -> ClosestMatch.of(name, FIELDS));
            // The schema of aad-pod-identity will not change any more, and a typo is one in any version of Kubernetes.
            boolean isCertain = unknown.isOfPodIdentity() || meant.isPresent() || FIELDS.contains(name);
            unknownField.add(
                    isCertain ? Severity.ERROR : Severity.WARNING,
                    FieldLocation.of(problem),
                    problem.message(),
                    meant.map(near -> "Did you mean " + near + ":?").orElse("Remove it."));
        }
    }

    /** Nothing is required by the schema, so nobody says so. */
    private void identityFieldMissing(AzureIdentity identity) {
        FieldLocation spec = context.location(identity).at("spec");
        if (identity.isManagedIdentity()) {
            String show = "identity show -g GROUP -n NAME";
            requireField(spec, identity, "resourceID", identity.resourceId(), suggestOutput(show, "id"));
            requireField(spec, identity, "clientID", identity.clientId(), suggestOutput(show, "clientId"));
            return;
        }
        requireField(spec, identity, "clientID", identity.clientId(), "Add the application's client ID.");
        requireField(spec, identity, "tenantID", identity.tenantId(), suggestOutput("account show", "tenantId"));
        SecretReference secret = identity.clientPassword();
        if (!isInOtherCase(spec.at("clientPassword"), "name")) {
            String remedy = "Name the Secret: clientPassword: {name: NAME, namespace: " + identity.namespace() + "}";
            requireField(spec, identity, "clientPassword", secret.name() + secret.namespace(), remedy);
        }
    }

    private static String suggestOutput(String command, String query) {
        return "Add what az " + command + " --query " + query + " -o tsv prints.";
    }

    /** Whether the field is there in a letter case that another rule reports. */
    private static boolean isInOtherCase(FieldLocation parent, String field) {
        return !parent.at(field).exists() && parent.like(field).exists();
    }

    private void requireField(FieldLocation spec, AzureIdentity identity, String field, String value, String remedy) {
        if (value.isEmpty() && !isInOtherCase(spec, field)) {
            identityFieldMissing.add(
                    spec.at(field),
                    "type " + identity.type() + " needs " + field + ", which is empty or missing",
                    remedy);
        }
    }

    /**
     * NMI takes an identity without a type for type 0, a managed identity, and does not look at the other type's
     * fields.
     */
    private void identityFieldUnused(AzureIdentity identity) {
        FieldLocation spec = context.location(identity).at("spec");
        if (identity.isManagedIdentity() && !identity.clientPassword().name().isEmpty()) {
            identityFieldUnused.add(
                    spec.like("clientPassword"),
                    "type 0, a managed identity, has no clientPassword; it is not looked at",
                    "If it is a service principal, write: type: 1");
        }
        if (!identity.isManagedIdentity() && !identity.resourceId().isEmpty()) {
            identityFieldUnused.add(
                    spec.like("resourceID"),
                    "type " + identity.type() + ", a service principal, has no resourceID; it is not looked at",
                    "If it is a managed identity, write: type: 0");
        }
    }

    /**
     * The API server refuses a type that is no number, and NMI one that it does not know; type 2 exists from 1.6.2 on.
     */
    private void identityType() {
        for (Problem problem : context.manifests().problems()) {
            if (problem.isFatal() && problem.path().equals("spec.type")) {
                identityType.add(
                        FieldLocation.of(problem),
                        problem.message(),
                        suggestUnquoted(problem).orElse(identityType.remedy()));
            }
        }
        boolean knowsCertificates = context.profile().isAtLeast(1, 6, 2);
        for (AzureIdentity identity : context.identities()) {
            FieldLocation field = context.field(identity, "type");
            if (identity.type() < 0 || identity.type() > 2) {
                identityType.add(field, "there is no type " + identity.type());
            } else if (identity.type() == AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE && !knowsCertificates) {
                identityType.add(
                        field,
                        "type 2 does not exist before 1.6.2",
                        "Use a secret instead of a certificate (type: 1), or a newer version.");
            }
        }
    }

    /** A remedy for a number that stands in quotes. */
    private Optional<String> suggestUnquoted(Problem problem) {
        return context.objectsOfKind("AzureIdentity").stream()
                .filter(identity -> identity.object().equals(problem.object()))
                .map(identity -> identity.at("spec", "type").text())
                .filter(text -> text.matches("[012]"))
                .findFirst()
                .map(text -> "Write it without quotes: type: " + text);
    }

    /** NMI makes one address of endpoint and tenant, and asks for the token there, whatever the address is. */
    private void tenantOrEndpoint(AzureIdentity identity) {
        if (identity.isManagedIdentity()) {
            return;
        }
        FieldLocation spec = context.location(identity).at("spec");
        if (!identity.tenantId().isEmpty()) {
            checkTenant(spec.like("tenantID"), identity.tenantId());
        }
        checkAuxiliaryTenants(spec.like("auxiliaryTenantIDs"), identity.auxiliaryTenantIds());
        checkEndpoint(spec.like("adEndpoint"), identity.adEndpoint());
    }

    private void checkAuxiliaryTenants(FieldLocation field, List<String> tenants) {
        tenants.forEach(tenant -> checkTenant(field, tenant));
        if (tenants.contains("")) {
            tenantOrEndpoint.add(field, field.key() + " has an empty tenant", "Write a GUID, or leave the entry out.");
        }
        if (tenants.size() > MAX_AUXILIARY_TENANTS) {
            tenantOrEndpoint.add(
                    field,
                    field.key() + " has " + tenants.size() + " tenants, and NMI takes one to three",
                    "Leave three of them.");
        }
    }

    private void checkTenant(FieldLocation field, String tenant) {
        boolean isTenant = Value.isGuid(tenant) || DOMAIN.matcher(tenant).matches();
        if (Value.isFinal(tenant) && !isTenant) {
            tenantOrEndpoint.add(
                    field,
                    field.key() + " is neither a GUID nor a domain: " + GoText.quoted(tenant),
                    "Write what az account show --query tenantId -o tsv prints.");
        }
    }

    private void checkEndpoint(FieldLocation field, String endpoint) {
        if (!Value.isFinal(endpoint)) {
            return;
        }
        ApplicationSettings.problemOfEndpoint(endpoint, "common")
                .or(() -> findProblemOfPath(endpoint))
                .ifPresent(problem -> tenantOrEndpoint.add(
                        field,
                        "NMI cannot ask at " + GoText.quoted(endpoint) + ": " + problem,
                        "Write https:// with Entra ID's host and a slash, or leave it out."));
    }

    private static Optional<String> findProblemOfPath(String endpoint) {
        if (PATH.matcher(endpoint).matches()) {
            return Optional.of("it has a path, below which Entra ID has no tenant");
        }
        return Optional.empty();
    }
}
