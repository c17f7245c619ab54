// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.reference.IdentityReference;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Resource IDs, client IDs, and what still stands in their place. */
final class IdRules extends RuleFamily {

    /** A resource ID as az and the portal print it, which is in one of two letter cases. */
    private static final Pattern USUAL =
            Pattern.compile("/subscriptions/[^/]+/resource[gG]roups/[^/]+/providers/Microsoft\\.ManagedIdentity"
                    + "/userAssignedIdentities/[^/]+");
    /** A word that stands for a secret in examples. */
    private static final Pattern NAME_OF_SECRET = Pattern.compile("((CLIENT|APP|SP)_)?(SECRET|PASSWORD)|CERTIFICATE");

    private final Report resourceIdCase = info("C1", "resource-id-case", "aad-pod-identity#583")
            .says("The resource ID is spelt in a letter case that neither az nor the portal prints")
            .remedy("Copy the resource ID as az identity show prints it");
    private final Report resourceIdMalformed = error(
                    "C1",
                    "resource-id-malformed",
                    "aad-pod-identity#556",
                    "aad-pod-identity#583",
                    "aad-pod-identity#1088",
                    "aad-pod-identity#230")
            .says("The resource ID of a managed identity is malformed")
            .remedy("Write what az identity show -g GROUP -n NAME --query id -o tsv prints")
            .explains(Symptom.RESOURCE_ID_MALFORMED, Symptom.REFUSED_BY_AZURE);
    private final Report clientIdNotGuid = error(
                    "C9", "client-id-not-guid", "aad-pod-identity#175", "MicrosoftDocs/azure-docs#108526")
            .says("A client ID is not a GUID")
            .remedy("Write what az identity show -g GROUP -n NAME --query clientId -o tsv prints")
            .explains(Symptom.REFUSED_BY_AZURE);
    private final Report placeholderLeft = error(
                    "C9", "placeholder-left", "aad-pod-identity#175", "aad-pod-identity#497")
            .says("A value is still to be put in")
            .remedy("Replace the placeholder with your value")
            .explains(Symptom.RESOURCE_ID_MALFORMED, Symptom.REFUSED_BY_AZURE);

    IdRules(RuleContext context) {
        super(context);
    }

    @Override
    protected void check() {
        for (AzureIdentity identity : context.identities()) {
            resourceIdCase(identity);
            resourceIdMalformed(identity);
        }
        clientIdNotGuid();
        placeholderLeft();
    }

    /**
     * The letter case matters only if a request names the identity by resource ID, which NMI compares exactly from
     * 1.6.0 on.
     */
    private void resourceIdCase(AzureIdentity identity) {
        String id = identity.resourceId();
        if (!identity.isManagedIdentity() || !Value.isFinal(id)) {
            return;
        }
        boolean isRight = ResourceIdShape.judgeResourceId(id).reason().isEmpty();
        if (isRight && !USUAL.matcher(id).matches()) {
            FieldLocation field = context.field(identity, "resourceID");
            resourceIdCase.add(
                    field, field.key() + " is in an unusual letter case; a request with msi_res_id must have the same");
        }
    }

    /** From 1.6.0 on MIC ignores an identity with such a resource ID; before, Resource Manager refuses it. */
    private void resourceIdMalformed(AzureIdentity identity) {
        String id = identity.resourceId();
        ResourceIdShape shape = ResourceIdShape.judgeResourceId(id);
        if (!identity.isManagedIdentity()
                || !Value.isFinal(id)
                || shape.reason().isEmpty()) {
            return;
        }
        FieldLocation field = context.field(identity, "resourceID");
        String consequence = context.matcher().isIgnored(identity)
                ? "MIC ignores the identity"
                : "Azure refuses it, whatever MIC says";
        String message = field.key() + " is malformed: " + shape.reason().get() + "; " + consequence;
        if (shape.corrected().isPresent()) {
            resourceIdMalformed.addValue(field, message, shape.corrected().get());
        } else {
            resourceIdMalformed.addOfValues(field, message, resourceIdMalformed.remedy());
        }
    }

    /** IMDS answers that there is no such identity, or Entra ID answers AADSTS700016. */
    private void clientIdNotGuid() {
        for (AzureIdentity identity : context.identities()) {
            FieldLocation field = context.field(identity, "clientID");
            checkClientId(field, field.key(), identity.clientId());
        }
        for (FieldLocation account : context.objectsOfKind("ServiceAccount")) {
            FieldLocation annotation = account.at("metadata", "annotations", Keys.CLIENT_ID);
            checkClientId(annotation, annotation.key(), annotation.text());
        }
        for (IdentityReference reference : context.references()) {
            FieldLocation id = reference.clientId();
            checkClientId(reference.placeOf(id), id.key(), id.text());
        }
    }

    /**
     * Checks a client ID that stands in a field, or somewhere in the text of a field.
     *
     * @param field where findings point to
     * @param key the client ID's own key; another one than the field's if it is in a text
     */
    private void checkClientId(FieldLocation field, String key, String value) {
        if (!Value.isFinal(value) || Value.isGuid(value)) {
            return;
        }
        String message = key + " " + describeNoGuid(value);
        if (Value.isGuid(value.strip()) && key.equals(field.key())) {
            clientIdNotGuid.addValue(field, message, value.strip());
        } else {
            clientIdNotGuid.addOfValues(field, message, clientIdNotGuid.remedy());
        }
    }

    private static String describeNoGuid(String value) {
        if (Value.isGuid(value.strip())) {
            return "has white space around it";
        }
        if (value.contains("/")) {
            return "is a resource ID or an address, not a client ID";
        }
        return "is not a GUID: " + Value.quoted(value);
    }

    /** Reports values such as CLIENT_ID, an ID in angle brackets or a GUID of zeros, but nothing for a tool. */
    private void placeholderLeft() {
        Stream.of("AzureIdentity", "AzureIdentityBinding")
                .flatMap(kind -> context.objectsOfKind(kind).stream())
                .flatMap(object -> object.at("spec").texts().stream())
                .forEach(this::checkPlaceholder);
        for (FieldLocation account : context.objectsOfKind("ServiceAccount")) {
            checkPlaceholder(account.at("metadata", "annotations", Keys.CLIENT_ID));
            checkPlaceholder(account.at("metadata", "annotations", Keys.TENANT_ID));
        }
        for (IdentityReference reference : context.references()) {
            for (FieldLocation text : reference.settings().texts()) {
                checkPlaceholder(reference.placeOf(text), text.text());
            }
        }
        context.objectsOfKind("Secret").stream()
                .flatMap(secret -> secret.at("data").fields().stream())
                .filter(field -> isPlaceholderOfSecret(field.text()))
                .forEach(this::reportPlaceholderOfSecret);
        for (PodSource pod : context.pods()) {
            checkPlaceholder(pod.label(Pod.BINDING_LABEL));
            pod.clientIds().forEach(this::checkPlaceholder);
        }
    }

    /** The value stays out of the message, in case it is a secret after all. */
    private void reportPlaceholderOfSecret(FieldLocation field) {
        placeholderLeft.addOfValues(
                field,
                field.path() + " is still a placeholder",
                "Replace it with your value in Base64, or put the value itself below stringData.");
    }

    /** Whether a secret's data, which is Base64, is what stands there before anybody has put a value in. */
    static boolean isPlaceholderOfSecret(String text) {
        return Value.isPlaceholder(text) || NAME_OF_SECRET.matcher(text).matches();
    }

    private void checkPlaceholder(FieldLocation field) {
        checkPlaceholder(field, field.text());
    }

    private void checkPlaceholder(FieldLocation field, String text) {
        if (Value.isPlaceholder(text)) {
            placeholderLeft.addOfValues(
                    field, field.path() + " is still " + Value.quoted(text), "Replace it with your value.");
        }
    }
}
