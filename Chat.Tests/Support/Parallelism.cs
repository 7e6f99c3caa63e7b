// Most tests wait for processes, sockets and timers rather than for a processor: on two cores two at a time would leave both idle for half of the run.
// What holds times runs alone, after these (MeasuredAlone).
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
