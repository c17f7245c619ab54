package com.example.orders;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobStorageException;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.time.OffsetDateTime;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

@RestController
class OrdersController {
    private static final Logger log = LoggerFactory.getLogger(OrdersController.class);

    private final BlobContainerClient orders;

    OrdersController(BlobContainerClient orders) {
        this.orders = orders;
    }

    record Order(String name, Long size, OffsetDateTime lastModified) {
        static Order of(BlobItem blob) {
            return new Order(
                    blob.getName(),
                    blob.getProperties().getContentLength(),
                    blob.getProperties().getLastModified());
        }
    }

    @GetMapping("/orders")
    List<Order> list() {
        return orders.listBlobs().stream().map(Order::of).toList();
    }

    @GetMapping("/orders/{name}")
    String read(@PathVariable String name) {
        return orders.getBlobClient(name).downloadContent().toString();
    }

    /** Who is not signed in reads here what to do. Outside of development, the log is the place for it. */
    @ExceptionHandler
    ProblemDetail noToken(TokenAcquisitionException failure) {
        log.warn("No token: {}", failure.getMessage());
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, failure.getMessage());
    }

    /** Storage refused: its code says why, such as AuthorizationPermissionMismatch for a role that is missing. */
    @ExceptionHandler
    ProblemDetail refused(BlobStorageException failure) {
        log.warn("Storage answered {} {}", failure.getStatusCode(), failure.getErrorCode());
        HttpStatus status = failure.getStatusCode() == 404 ? HttpStatus.NOT_FOUND : HttpStatus.BAD_GATEWAY;
        return ProblemDetail.forStatusAndDetail(
                status, "Storage answered " + failure.getStatusCode() + " " + failure.getErrorCode());
    }
}
