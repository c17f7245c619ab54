// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;

/** Starts the demo, and logs the address of the page as the last line of the start. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(DemoProperties.class)
public class DemoApplication implements ApplicationListener<ApplicationReadyEvent> {
    public static void main(String[] args) {
        SpringApplication.run(DemoApplication.class, args);
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        LoggerFactory.getLogger(DemoApplication.class)
                .info(
                        "Who am I in Azure, and which blobs may I read? See http://localhost:{}/",
                        event.getApplicationContext().getEnvironment().getProperty("local.server.port", "8080"));
    }
}
