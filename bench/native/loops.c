/*
 * The yardsticks' loops in C: two rmw of one word, a LIFO, an empty loop, and the receive loop.
 *
 * Reads lines "LOOP OPERATIONS" and answers each with "NS SWITCHES RESULT": nanoseconds of the whole loop,
 * how often the process lost its core meanwhile, and what the loop made of its operations. One process for all windows, idle between them.
 * The words are volatile or behind a barrier where a compiler would keep them in registers: a Wasm
 * engine does not, since another thread may look.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define KEEP(value) __asm__ volatile("" : "+r"(value))
#define BURST 64u
#define LIFO_OBJECTS 64u
#define OBJECT_BYTES 192u
#define FLOWS (1u << 17)

static _Alignas(64) uint32_t counter[16];
static _Alignas(64) unsigned char lifo[64 + LIFO_OBJECTS * OBJECT_BYTES];
static _Alignas(64) unsigned char frames[BURST * 128];
static _Alignas(64) unsigned char skbs[BURST * 64];
static _Alignas(64) unsigned char templates[4 * 64];
static uint32_t flows[FLOWS][2];
static uint32_t flow_next;

static uint32_t null_loop(uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t done = 0; done < n; done += BURST) {
        for (uint32_t i = 0; i < BURST; i++) {
            sum ^= i;
            KEEP(sum);
        }
    }
    return sum;
}

static uint32_t rmw_loop(uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        __atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
        sum += __atomic_fetch_sub(counter, 1, __ATOMIC_SEQ_CST);
    }
    return sum;
}

static volatile uint32_t *word(uint32_t at)
{
    return (volatile uint32_t *)(lifo + at);
}

/* Addresses are offsets in `lifo`; the head is at 0, so 0 is also the empty list's end. */
static void push(uint32_t object)
{
    *word(object) = *word(0);
    *word(0) = object;
}

static uint32_t pop(void)
{
    uint32_t object = *word(0);
    if (object)
        *word(0) = *word(object);
    return object;
}

static uint32_t lifo_loop(uint32_t n)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t object = pop();
        sum += object != 0;
        push(object);
    }
    return sum;
}

static uint16_t addressed_checksum(uint16_t check, uint32_t saddr, uint32_t daddr)
{
    uint32_t sum = (uint16_t)~check + (saddr & 0xffff) + (saddr >> 16);
    sum += (daddr & 0xffff) + (daddr >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* A template, two addresses and their checksum into each of 64 frames, and five words of its skb. */
static void receive_one(uint32_t slot)
{
    const uint32_t *flow = flows[flow_next];
    const unsigned char *template = templates + 64 * (flow[0] >> 24 & 3);
    unsigned char *frame = frames + 128 * slot + 32;
    uint32_t *skb = (uint32_t *)(skbs + 64 * slot);
    uint16_t check;

    memcpy(frame, template, 64);
    memcpy(&check, template + 26, 2);
    check = addressed_checksum(check, flow[0], flow[1]);
    memcpy(frame + 26, &check, 2);
    memcpy(frame + 28, flow, 8);
    skb[0] = 1 + (flow[0] >> 24 & 3);
    skb[1] = 0;
    skb[2] = 128 * slot;
    skb[3] = 128 * slot + 34;
    skb[4] = 60;
    if (++flow_next == FLOWS)
        flow_next = 0;
}

/* How far the flow list has moved. */
static uint32_t receive_loop(uint32_t n)
{
    uint32_t first = flow_next;
    for (uint32_t done = 0; done < n; done += BURST) {
        for (uint32_t i = 0; i < BURST; i++)
            receive_one(i);
        __asm__ volatile("" ::: "memory");
    }
    return (flow_next - first) & (FLOWS - 1);
}

static void prepare(void)
{
    uint32_t random = 1;
    for (uint32_t i = 0; i < LIFO_OBJECTS; i++)
        push(64 + i * OBJECT_BYTES);
    for (uint32_t i = 0; i < sizeof templates; i++)
        templates[i] = (unsigned char)(i * 7);
    for (uint32_t i = 0; i < FLOWS; i++) {
        for (uint32_t side = 0; side < 2; side++) {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            flows[i][side] = random;
        }
    }
}

static uint32_t run(const char *loop, uint32_t n)
{
    if (strcmp(loop, "null") == 0)
        return null_loop(n);
    if (strcmp(loop, "rmw") == 0)
        return rmw_loop(n);
    if (strcmp(loop, "lifo") == 0)
        return lifo_loop(n);
    if (strcmp(loop, "receive") == 0)
        return receive_loop(n);
    fprintf(stderr, "no loop %s\n", loop);
    exit(2);
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long switches(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nivcsw;
}

int main(void)
{
    char loop[16];
    uint32_t n;
    volatile uint32_t result = 0;

    prepare();
    while (scanf("%15s %u", loop, &n) == 2) {
        result += run(loop, n / 8);
        long before = switches();
        double start = now_ns();
        uint32_t seen = run(loop, n);
        double ns = now_ns() - start;
        result += seen;
        printf("%.0f %ld %u\n", ns, switches() - before, seen);
        fflush(stdout);
    }
    return 0;
}
