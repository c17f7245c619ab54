// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The text begins with what to do and where, and then goes the pod's way up to where it ends. */
class StoryTest {

    private static final String POD =
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {aadpodidbinding: demo}}\n---\n";
    private static final String BINDING = "apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentityBinding\n"
            + "metadata: {name: b}\nspec: {azureIdentity: a, selector: demo}\n---\n";
    private static final String IDENTITY = "apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentity\n"
            + "metadata: {name: a}\nspec:\n  clientID: 21111111-1111-4111-8111-111111111111\n  resourceID: ";
    private static final String ID =
            "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a\n";

    private static String story(Profile profile, String text) {
        Manifests manifests = new ManifestReader(profile).readText("m.yaml", text);
        var explainer = new Explainer(manifests, MatchRules.of(profile), Instant.EPOCH);
        return TextReport.of(explainer.explain(manifests.cluster().pods().get(0), Explainer.DEFAULT_QUERY));
    }

    @Test
    void story_thatEndsAtABinding_beginsWithTheLineToChange() {
        assertThat(story(Profile.V1_5_4, POD + BINDING.replace("azureIdentity: a", "azureIdentity: other")))
                .startsWith("""
                        Pod default/p (m.yaml:1:1), profile 1.5.4

                          Gets  no token: there is no AzureIdentity default/other
                          At    m.yaml:8:8
                          Do    Create it, or add its file to the check.

                          1  label     the pod has the label aadpodidbinding: demo (m.yaml:1:1)
                          2  binding   binding default/b has that selector and names identity other (m.yaml:5:1)
                          3  identity  there is no AzureIdentity default/other  <- it ends here
                        """)
                .contains("  4  MIC       assigns nothing", "  5  NMI       answers 403 after 80 s: ");
    }

    @Test
    void story_thatEndsInAToken_goesAllTheWay() {
        assertThat(story(Profile.V1_8_17, POD + BINDING + IDENTITY + ID).lines())
                .filteredOn(line -> line.matches("  \\d .*"))
                .containsExactly(
                        "  1  label     the pod has the label aadpodidbinding: demo (m.yaml:1:1)",
                        "  2  binding   binding default/b has that selector and names identity a (m.yaml:5:1)",
                        "  3  identity  identity default/a is a managed identity (type 0) (m.yaml:10:1)",
                        "  4  MIC       writes AzureAssignedIdentity default/p-default-a (Assigned) within 15 s, and logs",
                        "  5  NMI       answers 200, and logs",
                        "  6  IMDS      issues a token of client ID 21111111-1111-4111-8111-111111111111, for the node"
                                + " has it");
    }

    @Test
    void story_thatEndsInAzure_namesTheFieldOfTheIdentity() {
        String story = story(Profile.V1_5_4, POD + BINDING + IDENTITY + ID.substring(1));

        assertThat(story)
                .contains(
                        "  At    m.yaml:15:3\n",
                        "  6  IMDS      Azure gives no token of identity default/a: resourceID is malformed");
        assertThat(story.lines().filter(line -> line.contains("<- it ends here")))
                .singleElement()
                .asString()
                .contains("  6  IMDS ");
    }

    @Test
    void story_ofWorkloadIdentity_endsAtTheAccount() {
        assertThat(story(Profile.WORKLOAD_IDENTITY, """
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: sa}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: p, labels: {azure.workload.identity/use: "true"}}
                spec: {serviceAccountName: sa}
                """)).contains("""
                  At    m.yaml:3:1
                  Do    Add to its annotations: azure.workload.identity/client-id: CLIENT_ID

                  1  label     the pod has the label azure.workload.identity/use: "true" (m.yaml:5:1)
                  2  account   the account has no annotation azure.workload.identity/client-id, so pods that run as it get no AZURE_CLIENT_ID  <- it ends here
                               it runs as service account default/sa (m.yaml:1:1) (m.yaml:5:1)
                """);
    }
}
