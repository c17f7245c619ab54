// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.annotation.DirtiesContext.ClassMode;

/** A context that is not kept ends with its Azure, and the next one has another. */
@SpringBootTest(classes = EmulatedAzureTest.Application.class, properties = "app.storage=${emulated-azure.storage}")
@EmulatedAzure
@DirtiesContext(classMode = ClassMode.AFTER_EACH_TEST_METHOD)
class DirtiesContextTest {
    private static final List<PodIdentityEmulator> SEEN = new ArrayList<>();

    @Autowired
    private PodIdentityEmulator azure;

    @Autowired
    private AzureServiceTokenProvider provider;

    @RepeatedTest(2)
    void context_thatIsNew_hasAnAzureOfItsOwn() {
        assertThat(SEEN).doesNotContain(azure);
        SEEN.add(azure);

        assertThat(provider.getAccessToken("https://vault.azure.net")).isNotEmpty();
    }
}
