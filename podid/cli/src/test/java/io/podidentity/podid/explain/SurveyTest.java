// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of all pods of a cluster only those that are meant to have an identity are told how to get one. */
class SurveyTest {

    private static final String CLIENT = "21111111-1111-4111-8111-111111111111";
    private static final String ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, annotations:"
            + " {azure.workload.identity/client-id: " + CLIENT + "}}\n---\n";

    private static Explanation survey(Profile profile, String text) {
        Manifests manifests = new ManifestReader(profile).readText("m.yaml", text);
        return new Explainer(manifests, MatchRules.of(profile), Instant.EPOCH)
                .survey(manifests.cluster().pod(new ObjectName("default", "p")).orElseThrow(), Explainer.DEFAULT_QUERY);
    }

    private static String pod(String labels, String spec) {
        return "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: " + labels + "}\nspec: " + spec + "\n";
    }

    @ParameterizedTest
    @CsvSource({"V1_5_4", "V1_6_3", "V1_8_17", "MANAGED", "WORKLOAD_IDENTITY"})
    void survey_ofAPodThatWantsNoIdentity_raisesNoAlarm(Profile profile) {
        for (String spec : new String[] {
            "{containers: [{name: c, image: nginx}]}",
            "{hostNetwork: true, containers: [{name: c, image: nginx}]}",
            "{containers: [{name: mic, image: 'mcr.microsoft.com/oss/azure/aad-pod-identity/mic:v1.8.17'}]}",
            "{hostNetwork: true, containers: [{name: nmi, image: 'mcr.microsoft.com/k8s/aad-pod-identity/nmi:1.5.4'}]}",
            "{containers: [{name: m, image: 'mcr.microsoft.com/oss/azure/workload-identity/webhook:v1.5.1'}]}"
        }) {
            Explanation explanation = survey(profile, ACCOUNT + pod("{app: web}", spec));

            assertThat(explanation.outcome()).as(spec).isEqualTo(Outcome.UNRELATED);
            assertThat(explanation.remedies()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{aadpodidbinding: x}  | {containers: []}",
                "{AadPodIdBinding: x}  | {containers: []}",
                // A program that is published beside pod identity is not a part of it.
                "{aadpodidbinding: x}  | {containers: [{name: c, image: 'registry.example/aad-pod-identity/demo:1'}]}",
                "{azure.workload.identity/use: 'false'} | {containers: []}",
                "{app: p} | {serviceAccountName: sa, containers: []}",
                "{app: p} | {containers: [{name: c, image: i, env: [{name: AZURE_CLIENT_ID, value: x}]}]}",
                "{app: p} | {containers: [{name: c, image: i, args: ['curl http://169.254.169.254/']}]}"
            })
    void survey_ofAPodThatIsMeantToHaveOne_saysWhyItHasNone(String labels, String spec) {
        assertThat(survey(Profile.V1_8_17, ACCOUNT + pod(labels.replace('\'', '"'), spec))
                        .outcome())
                .isEqualTo(Outcome.NONE);
    }

    @Test
    void survey_ofAWorkloadIdentityPodBesideNmi_isThatOfWorkloadIdentity() {
        Explanation explanation = survey(
                Profile.V1_8_17,
                ACCOUNT + pod("{azure.workload.identity/use: \"true\"}", "{serviceAccountName: sa, containers: []}"));

        assertThat(explanation.outcome()).isEqualTo(Outcome.IDENTITY);
        assertThat(explanation.summary()).startsWith("a token of client ID " + CLIENT);
    }

    @Test
    void remedy_ofAPodWithoutAnAccount_namesTheAnnotatedOne() {
        Explanation explanation = survey(
                Profile.WORKLOAD_IDENTITY,
                ACCOUNT + pod("{azure.workload.identity/use: \"true\"}", "{containers: []}"));

        assertThat(explanation.remedies()).containsExactly("Write: serviceAccountName: sa");
    }

    @Test
    void remedy_ofAServiceAccount_isAWholeCommand() {
        Explanation explanation = survey(
                Profile.WORKLOAD_IDENTITY,
                ACCOUNT + pod("{azure.workload.identity/use: \"true\"}", "{serviceAccountName: sa, containers: []}"));

        assertThat(explanation.remedies())
                .element(1)
                .isEqualTo("az identity federated-credential create --name default-sa --identity-name \"$(az identity"
                        + " list --query \"[?clientId=='" + CLIENT + "'].name\" -o tsv)\" --resource-group \"$(az"
                        + " identity list --query \"[?clientId=='" + CLIENT + "'].resourceGroup\" -o tsv)\" --issuer"
                        + " \"$(az aks show --name CLUSTER --resource-group CLUSTER_GROUP --query"
                        + " oidcIssuerProfile.issuerUrl -o tsv)\" --subject system:serviceaccount:default:sa"
                        + " --audiences api://AzureADTokenExchange");
    }
}
