// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each source has one descriptor, and everything that refers to the source agrees with it. */
class SourceDescriptorTest {
    static Stream<SourceDescriptor> ofTheDefaultChain() {
        return Arrays.stream(SourceDescriptor.values()).filter(known -> known.credential() != null);
    }

    @ParameterizedTest
    @EnumSource
    void anchor_ofEach_isASectionOfThePage(SourceDescriptor known) throws IOException {
        String address = HelpPage.link(known.anchor());
        String page = address.substring(address.indexOf("/docs/") + 1, address.indexOf('#'));

        assertThat(address).endsWith("#" + known.anchor());
        assertThat(Files.readAllLines(Path.of("..", page))).contains("## " + known.anchor());
    }

    @ParameterizedTest
    @MethodSource("ofTheDefaultChain")
    void create_ofOneOfTheDefaultChain_makesASourceOfThatName(SourceDescriptor known) {
        // The source is named after the endpoint that is found; with only some of the variables, none of them is found.
        SourceContext context = context(Map.of("IDENTITY_HEADER", "h"));

        assertThat(known.create(context, true).name()).isEqualTo(known.label());
        assertThat(new DefaultSources.LazyTokenSource(known, context).name()).isEqualTo(known.label());
    }

    @Test
    void create_ofOneThatOnlyAConnectionStringNames_saysSo() {
        assertThatThrownBy(() -> SourceDescriptor.CLIENT_SECRET.create(context(Map.of()), true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Client secret cannot be created from the environment only");
    }

    @ParameterizedTest
    @EnumSource
    void isAnnounced_byAnyOfItsVariables_isTrue(SourceDescriptor known) {
        for (String variable : known.variables()) {
            SourceContext context = context(Map.of(variable, "v", "AZURE_CLIENT_ID", "c", "AZURE_TENANT_ID", "t"));

            assertThat(known.isAnnounced(context)).as(variable).isTrue();
            assertThat(SourceDescriptor.announcesHttp(context.environment())).isTrue();
        }
        assertThat(known.isAnnounced(context(Map.of()))).isFalse();
        assertThat(SourceDescriptor.announcesHttp(context(Map.of()).environment()))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AZURE_CLIENT_ID", "AZURE_TENANT_ID"})
    void isAnnounced_inAGitHubJobThatNamesNoApplication_isFalse(String onlyOne) {
        SourceContext context = context(
                Map.of("GITHUB_ACTIONS", "true", "ACTIONS_ID_TOKEN_REQUEST_URL", "https://g.example/", onlyOne, "v"));

        assertThat(SourceDescriptor.GITHUB_ACTIONS.isAnnounced(context)).isFalse();
        assertThat(SourceDescriptor.announcesHttp(context.environment())).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void findAnchor_ofALabel_isThatOfTheSource(SourceDescriptor known) {
        assertThat(SourceDescriptor.findAnchor(known.label())).isEqualTo(known.anchor());
        assertThat(SourceDescriptor.findAnchor("Vault agent")).isEmpty();
    }

    @Test
    void values_ofTheDefaultChain_comeFirst() {
        List<SourceDescriptor> chain = ofTheDefaultChain().toList();

        assertThat(List.of(SourceDescriptor.values()).subList(0, chain.size())).isEqualTo(chain);
    }

    private static SourceContext context(Map<String, String> variables) {
        Environment environment = new Environment(variables, false, false, "/nowhere");
        return new SourceContext(environment, new File("/nowhere"), new FakeTransport(), new FakeTime());
    }
}
