// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.registry.ImportHttpServices;

/** An application that uploads far more than its heap, by each kind of client, to the URLs of its arguments. */
final class StreamedUploads {
    static final long SIZE = 200L << 20;

    private StreamedUploads() {}

    /** Prints a line for each upload. The first URL is that of a server whose requests get a token. */
    public static void main(String[] urls) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setDefaultProperties(Map.of(
                "token-provider.bearer[0].url", urls[0],
                "token-provider.bearer[0].resource", "api://a",
                "spring.http.serviceclient.uploads.base-url", urls[0],
                "spring.http.clients.connect-timeout", "10s",
                "spring.main.web-application-type", "none",
                "spring.main.banner-mode", "off"));
        try (var context = application.run()) {
            for (String url : urls) {
                RestClient client = context.getBean(RestClient.Builder.class).build();
                upload(
                        "RestClient",
                        url,
                        uri -> client.post().uri(uri).body(stream()).retrieve().toBodilessEntity());
                upload(
                        "RestTemplate",
                        url,
                        uri -> context.getBean(RestTemplateBuilder.class)
                                .build()
                                .postForLocation(uri, stream()));
                upload("WebClient", url, uri -> webClient(context, uri));
                upload(
                        "HTTP interface",
                        url,
                        uri -> context.getBean(Uploads.class).upload(uri, stream()));
            }
        }
    }

    private static void webClient(ApplicationContext context, URI uri) {
        context.getBean(WebClient.Builder.class)
                .build()
                .post()
                .uri(uri)
                .body(BodyInserters.fromResource(stream()))
                .retrieve()
                .toBodilessEntity()
                .block(Duration.ofMinutes(1));
    }

    private static void upload(String client, String url, Consumer<URI> action) {
        System.out.println("begin " + client + " " + url);
        action.accept(URI.create(url));
        System.out.println("end " + client + " " + url);
    }

    private static Resource stream() {
        return new InputStreamResource(new Zeros()) {
            @Override
            public long contentLength() {
                return SIZE;
            }
        };
    }

    /** Far more zeros than there is memory. */
    private static final class Zeros extends InputStream {
        private long left = SIZE;

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] block, int offset, int length) {
            int count = (int) Math.min(left, length);
            left -= count;
            return count == 0 ? -1 : count;
        }
    }

    interface Uploads {
        @PostExchange
        void upload(URI uri, @RequestBody Resource body);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        HttpMessageConvertersAutoConfiguration.class,
        ImperativeHttpClientAutoConfiguration.class,
        RestClientAutoConfiguration.class,
        RestTemplateAutoConfiguration.class,
        ReactiveHttpClientAutoConfiguration.class,
        WebClientAutoConfiguration.class,
        HttpServiceClientPropertiesAutoConfiguration.class,
        HttpServiceClientAutoConfiguration.class,
        TokenProviderAutoConfiguration.class,
        TokenProviderHttpAutoConfiguration.class
    })
    @ImportHttpServices(group = "uploads", types = Uploads.class)
    static class Application {
        @Bean
        TokenProviderCustomizer source() {
            return builder -> builder.sources(List.of(FakeSource.withToken()));
        }
    }
}
