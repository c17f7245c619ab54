package io.podidentity.tokenprovider.spring.test;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/** Lets no test see what the one before has ordered or fetched. */
final class EmulatedAzureTestExecutionListener implements TestExecutionListener {

    @Override
    public void beforeTestMethod(TestContext test) {
        if (!test.hasApplicationContext()) {
            return;
        }
        ApplicationContext context = test.getApplicationContext();
        if (context.containsBean(EmulatedAzureContextCustomizer.BEAN)) {
            context.getBean(EmulatedAzureContextCustomizer.BEAN, PodIdentityEmulator.class)
                    .faults()
                    .clear();
            context.getBeanProvider(AzureServiceTokenProvider.class).forEach(AzureServiceTokenProvider::invalidate);
        }
    }
}
