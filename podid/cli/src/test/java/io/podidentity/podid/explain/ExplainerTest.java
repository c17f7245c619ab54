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

class ExplainerTest {

    private static final String IDENTITY = """
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata: {name: a}
            spec:
              resourceID: /subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a
              clientID: Client
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: b}
            spec: {azureIdentity: a, selector: demo}
            ---
            """;

    @Test
    void explain_ofABoundPod_namesTheIdentity() {
        Explanation explanation =
                explain(Profile.V1_8_17, IDENTITY + pod("{aadpodidbinding: demo}"), "resource=https://r.example");

        assertThat(explanation.outcome()).isEqualTo(Outcome.IDENTITY);
        assertThat(explanation.summary()).isEqualTo("a token of default/a, client ID Client");
        assertThat(explanation.why())
                .containsExactly(
                        "the pod has the label aadpodidbinding: demo (m.yaml:13:1)",
                        "binding default/b has that selector and names identity a (m.yaml:8:1)",
                        "identity default/a is a managed identity (type 0) (m.yaml:1:1)");
        assertThat(explanation.nmi().status()).isEqualTo(200);
    }

    @Test
    void explain_ofAPodThatNothingGivesAnIdentity_saysThatTheNodeAnswersIt() {
        Explanation explanation =
                explain(Profile.WORKLOAD_IDENTITY, IDENTITY + pod("{app: demo}"), "resource=https://r.example");

        assertThat(explanation.outcome()).isEqualTo(Outcome.NONE);
        assertThat(explanation.summary())
                .isEqualTo(
                        "the pod itself lacks the label azure.workload.identity/use: \"true\", so the webhook ignores"
                                + " it");
        assertThat(explanation.why())
                .contains("the node's own metadata service answers it, as the kubelet identity CLUSTER-agentpool, which"
                        + " every pod on the node can use; token-provider refuses that, other libraries take it");
    }

    @Test
    void explain_ofAnotherCase_namesTheSelectorThatWasMeant() {
        Explanation explanation =
                explain(Profile.V1_5_4, IDENTITY + pod("{aadpodidbinding: Demo}"), "resource=https://r.example");

        assertThat(explanation.outcome()).isEqualTo(Outcome.NONE);
        assertThat(explanation.summary()).isEqualTo("no AzureIdentityBinding has the selector \"Demo\"");
        assertThat(explanation.remedies()).containsExactly("Write: aadpodidbinding: demo");
        assertThat(explanation.mic().log()).isEmpty();
        assertThat(explanation.nmi().took()).hasSeconds(80);
    }

    @Test
    void explain_ofAClientIdInAnotherCase_saysThatNmiComparesExactly() {
        Explanation explanation = explain(
                Profile.V1_8_17,
                IDENTITY + pod("{aadpodidbinding: demo}"),
                "resource=https://r.example&client_id=CLIENT");

        assertThat(explanation.nmi().status()).isEqualTo(404);
        assertThat(explanation.remedies()).containsExactly("Ask for client_id=Client.");
    }

    @Test
    void explain_ofALabelOnTheDeployment_saysWhereItBelongs() {
        Explanation explanation = explain(Profile.V1_5_4, IDENTITY + """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: p, labels: {aadpodidbinding: demo}}
                spec: {template: {metadata: {labels: {app: p}}, spec: {containers: []}}}
                """, "resource=https://r.example");

        assertThat(explanation.summary())
                .isEqualTo("the label is on the Deployment itself, and its pods do not inherit it");
        assertThat(explanation.remedies())
                .containsExactly("Add to spec.template.metadata.labels: aadpodidbinding: demo");
    }

    @Test
    void explain_ofAPodInTheNodesNetwork_saysThatNmiSeesNothing() {
        Explanation explanation = explain(
                Profile.V1_5_4,
                IDENTITY + pod("{aadpodidbinding: demo}") + "spec: {hostNetwork: true}\n",
                "resource=https://r.example");

        assertThat(explanation.outcome()).isEqualTo(Outcome.NODE);
        assertThat(explanation.mic().assigned()).hasSize(1);
        assertThat(explanation.nmi()).isNull();
    }

    @Test
    void explain_ofAnAccountThatAnotherPodHasToo_doesNotSpeakOfTheOther() {
        String pod = pod("{azure.workload.identity/use: \"true\"}") + "spec: {serviceAccountName: sa}\n";
        Explanation explanation =
                explained(Profile.WORKLOAD_IDENTITY, """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: sa}
                ---
                """ + pod.replace("name: p,", "name: another,") + "---\n" + pod);

        assertThat(explanation.summary())
                .isEqualTo("the account has no annotation azure.workload.identity/client-id, so pods that run as it get"
                        + " no AZURE_CLIENT_ID");
    }

    @Test
    void explain_ofAMalformedResourceId_doesNotNameAPlaceholderElsewhere() {
        Explanation explanation = explained(
                Profile.V1_8_17,
                IDENTITY.replace("resourceID: /", "resourceID: ").replace("clientID: Client", "clientID: CLIENT_ID")
                        + pod("{aadpodidbinding: demo}")
                        + "spec: {containers: [{name: c, env: [{name: AZURE_CLIENT_ID, value: CLIENT_ID}]}]}\n");

        assertThat(explanation.summary()).startsWith("resourceID is malformed: the leading slash is missing");
        assertThat(explanation.place()).hasToString("m.yaml:5:3");
    }

    @Test
    void explain_ofAPlaceholderForTheResourceId_namesIt() {
        Explanation explanation = explained(
                Profile.V1_8_17,
                IDENTITY.replaceFirst("resourceID: .*", "resourceID: RESOURCE_ID") + pod("{aadpodidbinding: demo}"));

        assertThat(explanation.summary()).isEqualTo("spec.resourceID is still \"RESOURCE_ID\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "azureIdentity: a | azureIdentity: $NAME | the binding names no AzureIdentity of its own namespace"
                        + " | Set spec.azureIdentity of the binding",
                "azureIdentity: a | AzureIdentity: a | the binding names no AzureIdentity of its own namespace"
                        + " | Set spec.azureIdentity of the binding",
                "resourceID: /subscriptions | resourceID: $ROOT | MIC ignores the identity, since its resource ID is malformed"
                        + " | Set spec.resourceID of the identity"
            })
    void explain_ofWhatNoCheckJudges_doesNotAskForALabelThatIsThere(
            String written, String instead, String summary, String remedy) {
        Explanation explanation =
                explained(Profile.V1_8_17, IDENTITY.replace(written, instead) + pod("{aadpodidbinding: demo}"));

        assertThat(explanation.summary()).isEqualTo(summary);
        assertThat(explanation.remedies()).last().asString().startsWith(remedy);
    }

    private static String pod(String labels) {
        return "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: " + labels + "}\n";
    }

    private static Explanation explained(Profile profile, String text) {
        return explain(profile, text, Explainer.DEFAULT_QUERY);
    }

    private static Explanation explain(Profile profile, String text, String query) {
        Manifests manifests = new ManifestReader(profile).readText("m.yaml", text);
        return new Explainer(manifests, MatchRules.of(profile), Instant.EPOCH)
                .explain(manifests.cluster().pod(new ObjectName("default", "p")).orElseThrow(), query);
    }
}
