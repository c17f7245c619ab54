// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import org.springframework.context.annotation.Configuration;

/**
 * Gives an application an Azure of its own while it is developed, from a main class of its tests:
 *
 * <pre>{@code
 * SpringApplication.from(OrdersApplication::main).with(EmulatedAzureConfiguration.class).run(args);
 * }</pre>
 *
 * <p>The application has the properties of {@link EmulatedAzure} from its configuration files on. A class of your own
 * with {@code @EmulatedAzure(…)} in its place can have manifests and customizers.
 *
 * @since 0.1.0
 */
@Configuration(proxyBeanMethods = false)
@EmulatedAzure
public class EmulatedAzureConfiguration {

    /** For Spring. */
    public EmulatedAzureConfiguration() {}
}
