// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobStorageException;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;

/** An application with three agent identities, whose blueprint trusts the machine's managed identity. */
@SpringBootTest(
        classes = EmulatedAzureTest.Application.class,
        properties = {
            "app.storage=${emulated-azure.storage}",
            "token-provider.agent-blueprint.client-id=" + AgentsTest.BLUEPRINT,
            "token-provider.agent-blueprint.tenant-id=${emulated-azure.tenant-id}",
            "token-provider.agent-blueprint.managed-identity-client-id=20000000-0000-4000-8000-000000000001",
            "token-provider.agents.reader.client-id=" + AgentsTest.READER,
            "token-provider.agents.visitor.client-id=" + AgentsTest.VISITOR,
            "token-provider.agents.account.client-id=" + AgentsTest.READER,
            "token-provider.agents.account.user-principal-name=reader@agents.example",
        })
@EmulatedAzure(customizers = AgentsTest.Agents.class)
class AgentsTest {
    static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";
    static final String READER = "a6000000-0000-4000-8000-000000000001";
    static final String VISITOR = "a6000000-0000-4000-8000-000000000002";
    private static final String STORAGE = "https://storage.azure.com";

    @Autowired
    private PodIdentityEmulator azure;

    @Autowired
    private AzureServiceTokenProvider machine;

    @Autowired
    @Qualifier("agent-blueprint")
    private AzureServiceTokenProvider blueprint;

    @Autowired
    @Qualifier("account")
    private AzureServiceTokenProvider account;

    @Autowired
    @Qualifier("reader")
    private TokenCredential reader;

    @Autowired
    @Qualifier("visitor")
    private TokenCredential visitor;

    @Value("${app.storage}")
    private String storage;

    /** Only the reader has a role. */
    static final class Agents implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder builder) {
            builder.agentBlueprint(BLUEPRINT, "b1000000-0000-4000-8000-00000000000f")
                    .agentIdentity(BLUEPRINT, READER, READER)
                    .agentIdentity(BLUEPRINT, VISITOR, VISITOR)
                    .agentUser(READER, "reader@agents.example", "ac000000-0000-4000-8000-000000000001")
                    .role(READER, "Storage Blob Data Reader");
        }
    }

    @Test
    void blobs_ofTheAgentWithARole_areReadAndOfTheOtherRefused() {
        assertThat(samples(reader).listBlobs()).isNotEmpty();

        assertThat(samples(visitor).getBlobClient("hello.txt"))
                .extracting(AgentsTest::refusalOf)
                .isEqualTo("AuthorizationPermissionMismatch");
    }

    @Test
    void principals_ofTheAgents_nameThemAndTheirBlueprint() {
        Principal own = principalOf(blueprint.asAgent(AgentIdentity.ofClientId(VISITOR)));
        Principal user = principalOf(account);

        assertThat(own.appId()).hasValue(VISITOR);
        assertThat(own.blueprintId()).hasValue(BLUEPRINT);
        assertThat(user.userPrincipalName()).hasValue("reader@agents.example");
        assertThat(user.blueprintId()).hasValue(BLUEPRINT);
        assertThat(principalOf(machine).blueprintId()).isEmpty();
    }

    @Test
    void tokens_ofTwoAgents_areEachRequestedByTheBlueprintAndThenKept() {
        int first = azure.requests().size();
        tokenOf(reader);
        tokenOf(visitor);
        List<RecordedRequest> asked = azure.requests();
        tokenOf(reader);
        tokenOf(visitor);

        assertThat(asked.stream().skip(first))
                .filteredOn(request -> request.server().equals("entra"))
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.blueprint()).isEqualTo(BLUEPRINT))
                .extracting(RecordedRequest::identity)
                .containsOnly(READER, VISITOR);
        assertThat(azure.requests()).hasSameSizeAs(asked);
    }

    private BlobContainerClient samples(TokenCredential credential) {
        return new BlobServiceClientBuilder()
                .endpoint(storage)
                .credential(credential)
                .buildClient()
                .getBlobContainerClient("samples");
    }

    private static String refusalOf(BlobClient blob) {
        try {
            return "read: " + blob.downloadContent();
        } catch (BlobStorageException e) {
            return e.getErrorCode().toString();
        }
    }

    private static String tokenOf(TokenCredential credential) {
        return credential
                .getTokenSync(new TokenRequestContext().addScopes(STORAGE + "/.default"))
                .getToken();
    }

    private static Principal principalOf(AzureServiceTokenProvider provider) {
        return provider.getAuthenticationResult(STORAGE).principal().orElseThrow();
    }
}
